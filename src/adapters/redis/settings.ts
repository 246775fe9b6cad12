import { z } from 'zod';
import { isRedisUrl, redisUrlForms } from './address.ts';

/** With `none`, workers take their work from PostgreSQL. */
export const redisUrl = z.string().refine(isRedisUrl, redisUrlForms);

/** Settings of every process that uses the doorbell. */
export const redisSettings = {
  /** Where Redis is; with `none`, workers take their work from PostgreSQL. */
  redisUrl: redisUrl.default('none'),
} as const;
