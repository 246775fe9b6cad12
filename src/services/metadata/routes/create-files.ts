import type { MessageInitShape } from '@bufbuild/protobuf';
import { createFiles } from '#adapters/postgres/file-creation.ts';
import type { CreateOutcome, NewFile } from '#domain/file.ts';
import { normalizeFileName, normalizePath } from '#domain/file-name.ts';
import { isUuid } from '#domain/uuid.ts';
import {
  type CreateFilesRequest_Item,
  type CreateFilesResponse_ItemSchema,
  CreateFilesResponse_Outcome as Outcome,
} from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import { requireBatch, runBatch } from '#platform/rpc/requests.ts';
import type { MetadataContext, Route } from '../context.ts';

export function createFilesRoute({ database, maxAttempts }: MetadataContext): Route<'createFiles'> {
  return async ({ items }) => {
    await failpoint('metadata.creating');
    const outcomes = await runBatch<CreateFilesRequest_Item, CreateOutcome>(
      requireBatch(items, 'items'),
      refusal,
      (good) => createFiles(database, good.map(toNewFile), maxAttempts),
    );
    await failpoint('metadata.created');
    return { items: outcomes.map(toMessage) };
  };
}

/** The upload service has checked all this: here it keeps a faulty caller from spoiling a whole batch. */
function refusal(item: CreateFilesRequest_Item): CreateOutcome | undefined {
  try {
    normalizeFileName(item.filename);
    normalizePath(item.path);
  } catch (error) {
    return { outcome: 'REJECTED', message: (error as Error).message };
  }
  if (!isUuid(item.storageKey)) return { outcome: 'REJECTED', message: 'The storage key is not a UUID.' };
  if (item.size < 0n || item.size > BigInt(Number.MAX_SAFE_INTEGER))
    return { outcome: 'REJECTED', message: 'The size is out of range.' };
  if (`${item.mimeType}${item.declaredSha256}${item.idempotencyKey}`.includes('\0'))
    return { outcome: 'REJECTED', message: 'A field holds a NUL character.' };
  return undefined;
}

function toNewFile(item: CreateFilesRequest_Item): NewFile {
  return {
    storageKey: item.storageKey.toLowerCase(),
    filename: normalizeFileName(item.filename),
    path: normalizePath(item.path),
    size: Number(item.size),
    mimeType: item.mimeType,
    declaredSha256: item.declaredSha256 || null,
    idempotencyKey: item.idempotencyKey || null,
  };
}

function toMessage(created: CreateOutcome): MessageInitShape<typeof CreateFilesResponse_ItemSchema> {
  const { outcome } = created;
  return {
    outcome: Outcome[outcome],
    ...('id' in created && { id: created.id }),
    ...('message' in created && { message: created.message }),
  };
}
