import type { DependencyJson } from '#contract/schemas.ts';
import type { Link } from '#domain/link.ts';
import { linkOfTarget } from '#platform/rpc/target.ts';
import type { Check } from './check.ts';
import { printable } from './output/printable.ts';

/** What protects a link to each part. */
const remedies: Readonly<Record<string, string>> = {
  upload: 'FILEMILL_TLS_CERT and FILEMILL_TLS_KEY of upload, then FILEMILL_SERVER=https://HOST:PORT',
  metadata: 'FILEMILL_TLS_CERT and FILEMILL_TLS_KEY of metadata, then FILEMILL_METADATA_TARGET=https://HOST:PORT',
  result: 'FILEMILL_TLS_CERT and FILEMILL_TLS_KEY of result, then FILEMILL_RESULT_TARGET=https://HOST:PORT',
  postgresql: 'sslmode=verify-full and sslrootcert in FILEMILL_DATABASE_URL',
  redis: 'FILEMILL_REDIS_URL=rediss://…, and FILEMILL_TLS_CA',
};

/**
 * Says which links others can read or redirect. That is no failure, because a network may be private.
 *
 * @param dependencies as the services see them
 */
export function checkLinks(server: string, dependencies: readonly DependencyJson[]): Check {
  const links = [
    { from: 'this machine', to: 'upload', link: linkOfTarget(server) },
    ...dependencies.map(({ service, part, link }) => ({ from: service, to: part, link })),
  ];
  const open = links.filter(({ link }) => link === 'CLEAR_TEXT' || link === 'UNVERIFIED');
  if (open.length === 0)
    return { name: 'Links', ok: true, detail: 'all that leave a machine are protected by TLS', action: null };
  const told = [...new Set(open.map(({ from, to, link }) => `${from} → ${to} ${words[link as keyof typeof words]}`))];
  const parts = [...new Set(open.map(({ to }) => to))];
  const action = parts.map((part) => remedies[part] ?? `TLS for ${part}`).join('; ');
  return { name: 'Links', ok: true, detail: printable(told.join(', ')), action: `Set ${action} (docs/security.md).` };
}

const words = { CLEAR_TEXT: 'in clear text', UNVERIFIED: 'by TLS without verification' } as const satisfies Partial<
  Record<Link, string>
>;
