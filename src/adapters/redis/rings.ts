import type { Redis } from 'ioredis';

/** The stream of rings: each entry names some files. */
export const workStream = 'filemill:work';

/** The consumer group that all workers share, so that each ring is delivered once. */
export const workGroup = 'workers';

/** The fields of a stream entry that hold the ids of files: one for each. Earlier releases read the first alone. */
export const fileIdField = 'id';

/** Files that are rung for together share an entry, which costs about as much as one with a single file. */
export const filesPerRing = 16;

/** Rings for these files, in one round trip. Rejects with the first refusal, such as OOM. */
export async function addRings(redis: Redis, fileIds: readonly string[]): Promise<void> {
  if (fileIds.length === 0) return;
  const pipeline = redis.pipeline();
  const ids = [...new Set(fileIds)];
  for (let from = 0; from < ids.length; from += filesPerRing)
    pipeline.xadd(workStream, '*', ...ids.slice(from, from + filesPerRing).flatMap((id) => [fileIdField, id]));
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
