import { createFiles } from '#adapters/postgres/files/file-creation.ts';
import { requireBatch, requireColumns, runBatch } from '#contract/requests.ts';
import type { CreateOutcome, NewFile } from '#domain/file.ts';
import { isUuid } from '#domain/uuid.ts';
import {
  type CreateFilesRequest,
  CreateFilesResponse_Outcome as Outcome,
} from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { MetadataContext, Route } from '../context.ts';

export function createFilesRoute({ database, maxAttempts }: MetadataContext): Route<'createFiles'> {
  return async (request) => {
    await failpoint('metadata.creating');
    const outcomes = await runBatch<NewFile, CreateOutcome>(newFiles(request), refusal, (good) =>
      createFiles(database, good, maxAttempts),
    );
    await failpoint('metadata.created');
    return {
      outcomes: outcomes.map(({ outcome }) => Outcome[outcome]),
      ids: outcomes.map((created) => ('id' in created ? created.id : '')),
      rejections: outcomes.flatMap((created) => ('message' in created ? created.message : [])),
    };
  };
}

function newFiles(request: CreateFilesRequest): NewFile[] {
  const { ids, storageKeys, filenames, paths, sizes, mimeTypes, declaredSha256s, idempotencyKeys } = request;
  const columns = { storageKeys, filenames, paths, sizes, mimeTypes, declaredSha256s, idempotencyKeys };
  requireColumns(requireBatch(ids, 'ids').length, columns);
  return ids.map((id, n) => ({
    id: id.toLowerCase(),
    storageKey: storageKeys[n] as string,
    filename: filenames[n] as string,
    path: paths[n] as string,
    size: Number(sizes[n]),
    mimeType: mimeTypes[n] as string,
    declaredSha256: declaredSha256s[n] || null,
    idempotencyKey: idempotencyKeys[n] || null,
  }));
}

/** The upload service has checked all this: here it keeps a faulty caller from spoiling a whole batch. */
function refusal(file: NewFile): CreateOutcome | undefined {
  const { id, storageKey, filename, path, size, mimeType, declaredSha256, idempotencyKey } = file;
  if (!isUuid(id)) return { outcome: 'REJECTED', message: 'The id is not a UUID.' };
  if (!Number.isSafeInteger(size) || size < 0) return { outcome: 'REJECTED', message: 'The size is out of range.' };
  if (`${storageKey}${filename}${path}${mimeType}${declaredSha256}${idempotencyKey}`.includes('\0'))
    return { outcome: 'REJECTED', message: 'A field holds a NUL character.' };
  return undefined;
}
