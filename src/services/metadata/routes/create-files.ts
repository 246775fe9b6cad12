import { createFiles } from '#adapters/postgres/files/file-creation.ts';
import { runBatch } from '#contract/requests.ts';
import { newFilesFromMessage } from '#contract/wire.ts';
import type { CreateOutcome, NewFile } from '#domain/file.ts';
import { isUuid } from '#domain/uuid.ts';
import { CreateFilesResponse_Outcome as Outcome } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { MetadataContext, Route } from '../context.ts';

export function createFilesRoute({ database, maxAttempts, quotas, events }: MetadataContext): Route<'createFiles'> {
  return async (request) => {
    await failpoint('metadata.creating');
    const quotaOf = await quotas.limits();
    const outcomes = await runBatch<NewFile, CreateOutcome>(newFilesFromMessage(request), refusal, (good) =>
      createFiles(database, good, maxAttempts, quotaOf, events),
    );
    await failpoint('metadata.created');
    return {
      outcomes: outcomes.map(({ outcome }) => Outcome[outcome]),
      ids: outcomes.map((created) => ('id' in created ? created.id : '')),
      rejections: outcomes.flatMap((created) => ('message' in created ? created.message : [])),
    };
  };
}

/** The upload service has checked all this; here it keeps one faulty item from failing a whole batch. */
function refusal(file: NewFile): CreateOutcome | undefined {
  const { id, size } = file;
  if (!isUuid(id)) return { outcome: 'REJECTED', message: 'The id is not a UUID.' };
  if (!Number.isSafeInteger(size) || size < 0) return { outcome: 'REJECTED', message: 'The size is out of range.' };
  if (Object.values(file).some((value) => typeof value === 'string' && value.includes('\0')))
    return { outcome: 'REJECTED', message: 'A field holds a NUL character.' };
  return undefined;
}
