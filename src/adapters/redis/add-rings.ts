import type { Redis } from 'ioredis';
import { fileIdField, workStream } from './keys.ts';

/** One entry a file, in one round trip. Rejects with the first refusal (OOM, for one). */
export async function addRings(redis: Redis, fileIds: readonly string[]): Promise<void> {
  if (fileIds.length === 0) return;
  const pipeline = redis.pipeline();
  for (const id of fileIds) pipeline.xadd(workStream(), '*', fileIdField(), id);
  const answers = (await pipeline.exec()) ?? [];
  const refusal = answers.find(([error]) => error !== null)?.[0];
  if (refusal) throw refusal;
}

/**
 * Resolves while rings would be taken, and adds none: no entry can have this id, and Redis looks at that last. Asking
 * for the depth alone would not do, as a replica answers that too.
 */
export async function rehearseRing(redis: Redis): Promise<void> {
  await redis.xadd(workStream(), '0-0', fileIdField(), '').catch((error: Error) => {
    if (!/must be greater than 0-0/.test(error.message)) throw error;
  });
}
