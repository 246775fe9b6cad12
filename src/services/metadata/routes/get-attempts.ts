import { getAttempts } from '#adapters/postgres/attempts.ts';
import { attemptToMessage } from '#client/wire.ts';
import { isUuid } from '#domain/uuid.ts';
import { requireBatch } from '#platform/rpc/requests.ts';
import type { MetadataContext, Route } from '../context.ts';

export function getAttemptsRoute({ database }: MetadataContext): Route<'getAttempts'> {
  return async ({ fileIds }) => {
    const attempts = await getAttempts(database, requireBatch(fileIds, 'file_ids').filter(isUuid));
    return { attempts: attempts.map(attemptToMessage) };
  };
}
