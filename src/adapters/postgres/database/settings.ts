import { accessSync, constants } from 'node:fs';
import { z } from 'zod';
import { integer } from '#platform/config.ts';
import { problemOfPath } from '#platform/problem-of-path.ts';

/** The parameters of libpq that name files. */
const fileParameters = ['sslrootcert', 'sslcert', 'sslkey'] as const;

export const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must be postgresql://USER:PASSWORD@HOST:PORT/DATABASE')
  .superRefine((url, context) => {
    const parameters = URL.parse(url)?.searchParams;
    for (const name of fileParameters) {
      const path = parameters?.get(name);
      const problem = path ? problemOfFile(path) : undefined;
      if (problem !== undefined) context.addIssue({ code: 'custom', message: `${name}=${path}: ${problem}` });
    }
  })
  .transform(strictTls);

/**
 * node-postgres verifies certificates under each of these modes, and says in a warning that its next version will not: so
 * they are made what they are today. libpq's meaning has to be asked for by `uselibpqcompat=true`.
 */
function strictTls(url: string): string {
  if (/[?&]uselibpqcompat=true\b/.test(url)) return url;
  return url.replace(/([?&]sslmode=)(prefer|require|verify-ca)\b/, '$1verify-full');
}

function problemOfFile(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return problemOfPath(error);
  }
}

/** Settings of every process that speaks SQL. */
export const databaseSettings = {
  /** Where PostgreSQL is, and as whom to connect. */
  databaseUrl,
  /** The largest number of connections in the pool. */
  databasePool: integer(1, 1_000).default(10),
  /** A read replica, for lists, statistics and exports. */
  databaseReadUrl: databaseUrl.optional(),
  /** A replica whose answers may be older than this is not asked. */
  databaseReadMaxStalenessMs: integer(2_000, 3_600_000).default(10_000),
  /** 1 accepts a PostgreSQL that may lose committed data (fsync, full_page_writes or synchronous_commit is off). */
  allowUnsafeDatabase: z
    .enum(['0', '1'])
    .default('0')
    .transform((word) => word === '1'),
} as const;
