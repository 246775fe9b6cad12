import { z } from 'zod';
import { integer } from '#platform/config.ts';

export const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must be postgresql://USER:PASSWORD@HOST:PORT/DATABASE');

/** Settings of every process that speaks SQL. */
export const databaseSettings = {
  databaseUrl,
  /** Connections in the pool at most. */
  databasePool: integer(1, 1_000).default(10),
  /** 1 accepts a PostgreSQL that may lose committed work (fsync, full_page_writes or synchronous_commit off). */
  allowUnsafeDatabase: z
    .enum(['0', '1'])
    .default('0')
    .transform((word) => word === '1'),
} as const;
