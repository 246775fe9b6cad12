import { z } from 'zod';
import { integer } from '#platform/config.ts';

/** Settings of every process that speaks SQL. */
export const databaseSettings = {
  FILEMILL_DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be postgresql://USER:PASSWORD@HOST:PORT/DATABASE'),
  /** Connections in the pool at most. */
  FILEMILL_DATABASE_POOL: integer(1, 1_000).default(10),
} as const;
