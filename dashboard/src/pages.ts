import type { Scope } from '#domain/access.ts';
import { may, needsCredentials } from './access.ts';
import type { IconName } from './parts/icon.tsx';

interface PlaceOfPage {
  /** Below `ui/`. */
  readonly path: string;
  readonly title: string;
  /** What its user must be allowed to. */
  readonly need: Scope;
}

const settings: readonly PlaceOfPage[] = [
  { path: 'retention', title: 'Retention', need: 'read' },
  { path: 'webhooks', title: 'Webhooks', need: 'webhooks' },
  { path: 'tokens', title: 'Tokens', need: 'admin' },
  { path: 'audit', title: 'Audit', need: 'admin' },
];

const mainPages: readonly (PlaceOfPage & { readonly icon: IconName })[] = [
  { path: '', title: 'Overview', need: 'read', icon: 'overview' },
  { path: 'files', title: 'Files', need: 'read', icon: 'files' },
  { path: 'failures', title: 'Failures', need: 'read', icon: 'failures' },
  { path: 'workers', title: 'Workers', need: 'read', icon: 'workers' },
  { path: 'upload', title: 'Upload', need: 'upload', icon: 'upload' },
];

export const pages: readonly PlaceOfPage[] = [...mainPages, ...settings];

/** Where callers need no credentials, there are no tokens. */
export function isThere({ path }: PlaceOfPage): boolean {
  return path !== 'tokens' || needsCredentials.value;
}

export function offeredPages(from = pages): readonly PlaceOfPage[] {
  return from.filter((page) => isThere(page) && may(page.need));
}

/** The tabs of the settings that its user may see. */
export function offeredSettings(): readonly PlaceOfPage[] {
  return offeredPages(settings);
}

interface MenuItem {
  readonly path: string;
  readonly title: string;
  readonly icon: IconName;
  /** Where it is current. */
  readonly paths: readonly string[];
}

export function menu(): readonly MenuItem[] {
  const [first] = offeredSettings();
  const paths = settings.map(({ path }) => path);
  return [
    ...mainPages.filter(({ need }) => may(need)).map((page) => ({ ...page, paths: [page.path] })),
    ...(first === undefined ? [] : [{ path: first.path, title: 'Settings', icon: 'settings' as const, paths }]),
  ];
}
