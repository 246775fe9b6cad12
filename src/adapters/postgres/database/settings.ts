import { z } from 'zod';
import { integer } from '#platform/config.ts';

export const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must be postgresql://USER:PASSWORD@HOST:PORT/DATABASE');

/** Settings of every process that speaks SQL. */
export const databaseSettings = {
  databaseUrl,
  /** The largest number of connections in the pool. */
  databasePool: integer(1, 1_000).default(10),
  /** 1 accepts a PostgreSQL that may lose committed data (fsync, full_page_writes or synchronous_commit is off). */
  allowUnsafeDatabase: z
    .enum(['0', '1'])
    .default('0')
    .transform((word) => word === '1'),
} as const;
