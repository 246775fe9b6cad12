import type { IncompleteUploadsJson } from '#contract/schemas.ts';
import { formatBytes, plural } from './printable.ts';

/** What incomplete uploads hold, and may hold. */
export function incompleteText({ uploads, bytes, max_bytes: maxBytes }: IncompleteUploadsJson): string {
  const bound = maxBytes === null ? '' : ` of at most ${formatBytes(maxBytes)}`;
  return `${plural(uploads, 'incomplete upload')}: ${formatBytes(bytes)}${bound}`;
}
