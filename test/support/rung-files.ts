import type { Redis } from 'ioredis';
import { fileIdField, workStream } from '#adapters/redis/rings.ts';

/** The files that the stream of rings names, in its order. */
export async function rungFiles(redis: Redis): Promise<string[]> {
  const entries = await redis.xrange(workStream, '-', '+');
  return entries.flatMap(([, fields]) => fields.filter((_, at) => fields[at - 1] === fileIdField));
}
