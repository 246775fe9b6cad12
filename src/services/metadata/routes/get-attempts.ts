import { getAttempts } from '#adapters/postgres/files/attempts.ts';
import { requireBatch } from '#contract/requests.ts';
import { attemptToMessage } from '#contract/wire.ts';
import { isUuid } from '#domain/uuid.ts';
import type { MetadataContext, Route } from '../context.ts';

export function getAttemptsRoute({ database }: MetadataContext): Route<'getAttempts'> {
  return async ({ fileIds }) => {
    const attempts = await getAttempts(database, requireBatch(fileIds, 'file_ids').filter(isUuid));
    return { attempts: attempts.map(attemptToMessage) };
  };
}
