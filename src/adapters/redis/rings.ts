import type { Redis } from 'ioredis';

/** The stream of rings: each entry holds one file id. */
export const workStream = 'filemill:work';

/** The consumer group that all workers share, so that each ring is delivered once. */
export const workGroup = 'workers';

/** The field of a stream entry that holds the file id. */
export const fileIdField = 'id';

/** Adds one entry per file, in one round trip. Rejects with the first refusal, such as OOM. */
export async function addRings(redis: Redis, fileIds: readonly string[]): Promise<void> {
  if (fileIds.length === 0) return;
  const pipeline = redis.pipeline();
  for (const id of fileIds) pipeline.xadd(workStream, '*', fileIdField, id);
  const answers = (await pipeline.exec()) ?? [];
  const refusal = answers.find(([error]) => error !== null)?.[0];
  if (refusal) throw refusal;
}

/**
 * Resolves if Redis accepts rings, and adds none: no entry can have this id, and Redis checks that last. The depth of the
 * stream proves nothing, because a replica returns it too.
 */
export async function rehearseRing(redis: Redis): Promise<void> {
  await redis.xadd(workStream, '0-0', fileIdField, '').catch((error: Error) => {
    if (!/must be greater than 0-0/.test(error.message)) throw error;
  });
}
