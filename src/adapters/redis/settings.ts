import { z } from 'zod';

/** With `none`, workers take their work from PostgreSQL. */
export const redisUrl = z
  .string()
  .regex(/^(none$|rediss?:\/\/|unix:\/\/\/)/, 'must be none, redis://…, rediss://… or unix:///PATH');

/** Settings of every process that uses the doorbell. */
export const redisSettings = {
  /** Where Redis is; with `none`, workers take their work from PostgreSQL. */
  redisUrl: redisUrl.default('none'),
} as const;
