import type { Scope } from '#domain/access.ts';
import { may, needsCredentials } from './access.ts';

interface PlaceOfPage {
  /** Below `ui/`. */
  readonly path: string;
  readonly title: string;
  /** What its user must be allowed to. */
  readonly need: Scope;
}

export const pages: readonly PlaceOfPage[] = [
  { path: '', title: 'Overview', need: 'read' },
  { path: 'files', title: 'Files', need: 'read' },
  { path: 'failures', title: 'Failures', need: 'read' },
  { path: 'workers', title: 'Workers', need: 'read' },
  { path: 'upload', title: 'Upload', need: 'upload' },
  { path: 'retention', title: 'Retention', need: 'read' },
  { path: 'webhooks', title: 'Webhooks', need: 'webhooks' },
  { path: 'tokens', title: 'Tokens', need: 'admin' },
];

/** Where callers need no credentials, there are no tokens. */
export function isThere({ path }: PlaceOfPage): boolean {
  return path !== 'tokens' || needsCredentials.value;
}

export function offeredPages(): readonly PlaceOfPage[] {
  return pages.filter((page) => isThere(page) && may(page.need));
}
