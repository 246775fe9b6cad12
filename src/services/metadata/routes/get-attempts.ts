import { getAttempts } from '#adapters/postgres/files/attempts.ts';
import { requireBatch } from '#contract/requests.ts';
import { attemptToMessage } from '#contract/wire.ts';
import { reachOf } from '#domain/access.ts';
import { isUuid } from '#domain/uuid.ts';
import type { MetadataContext, Route } from '../context.ts';

export function getAttemptsRoute({ database }: MetadataContext): Route<'getAttempts'> {
  return async ({ fileIds }, { caller }) => {
    const ids = requireBatch(fileIds, 'file_ids').filter(isUuid);
    const attempts = await getAttempts(database.as(reachOf(caller)), ids);
    return { attempts: attempts.map(attemptToMessage) };
  };
}
