import pg from 'pg';
import type { Link } from '#domain/link.ts';
import { linkTo } from '#platform/link.ts';

/** The library's types leave out that `ssl` may hold options. */
interface Parsed {
  readonly host: string;
  readonly ssl: boolean | { readonly rejectUnauthorized?: boolean };
}

/** How connections to this URL are protected, by what node-postgres makes of its parameters. */
export function databaseLink(url: string): Link {
  const { host, ssl } = new pg.Client({ connectionString: url }) as unknown as Parsed;
  if (!ssl) return linkTo(host.startsWith('/') ? undefined : host);
  return linkTo(host, ssl !== true && ssl.rejectUnauthorized === false ? 'UNVERIFIED' : 'TLS');
}
