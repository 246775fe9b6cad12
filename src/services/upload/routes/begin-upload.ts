import { hash } from 'node:crypto';
import { defaultTenant } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import type { PartialBlobStore } from '#domain/partial-blob.ts';
import type { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import { type CallContext, outgoing } from '#platform/rpc/call-context.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import { keptTraceparent } from '#platform/telemetry/trace-context.ts';
import { type Declaration, readDeclaration } from '../intake/declaration.ts';
import type { UploadLocks } from '../resumable/upload-locks.ts';
import {
  type FoundUpload,
  findUpload,
  formatRecord,
  toPartialUpload,
  type UploadRecord,
} from '../resumable/upload-record.ts';
import type { UploadContext } from './upload-file.ts';

export interface BeginUploadContext extends Pick<UploadContext, 'admission' | 'maxFileSize' | 'quotas'> {
  readonly partial: PartialBlobStore;
  readonly locks: UploadLocks;
  readonly registered: Pick<RpcClient<typeof MetadataService>, 'getFiles'>;
  /** How long an upload is kept after its last append. */
  readonly uploadExpiryMs: number;
}

/** UTF-16 code units. */
const maxNoteLength = 8 * 1024;

/**
 * Refuses what could not be kept; otherwise the upload is durable when this answers. An upload with the same
 * idempotency key and description is resumed.
 */
export function beginUpload(context: BeginUploadContext): ServiceHandlers<typeof UploadService>['beginUpload'] {
  const { maxFileSize, uploadExpiryMs } = context;
  return async ({ metadata, clientNote, beginAnew, sizeLater }, call) => {
    if (metadata === undefined) throw new FilemillError('METADATA_MISSING');
    const declared = readDeclaration(metadata, maxFileSize);
    if (declared.size === null && !declared.sha256AtClose && !sizeLater)
      throw new FilemillError(
        'REQUEST_INVALID',
        'One of `size`, `sha256_at_close` and `size_later` is needed to tell where the upload ends.',
      );
    if (clientNote.length > maxNoteLength)
      throw new FilemillError('REQUEST_INVALID', `\`client_note\` is longer than ${maxNoteLength} characters.`);
    const { tenant, address } = call.caller;
    const traceparent = keptTraceparent(call.trace) ?? undefined;
    const record = { metadata, clientNote, tenant, caller: address, traceparent };
    const fresh = { record, size: declared.size };
    const upload =
      declared.idempotencyKey === null || beginAnew
        ? await begin(context, fresh)
        : await findOrBegin(context, uploadIdOf(declared, tenant), fresh, call);
    return { upload: toPartialUpload(upload, uploadExpiryMs) };
  };
}

interface NewUpload {
  readonly record: UploadRecord;
  /** Bytes; null when unknown. */
  readonly size: number | null;
}

/** The lock is for concurrent begins. Resuming takes no lock, as that would interrupt an append in progress. */
async function findOrBegin(
  context: BeginUploadContext,
  id: string,
  fresh: NewUpload,
  call: CallContext,
): Promise<FoundUpload> {
  const earlier = await findEarlier(context, id, call);
  if (earlier !== undefined) return earlier;
  await using lock = await context.locks.take(id, call.signal);
  const begunMeanwhile = await findEarlier(context, id, call);
  if (begunMeanwhile !== undefined) return begunMeanwhile;
  lock.assertHeld();
  return await begin(context, fresh, id);
}

/** An upload whose file was deleted since cannot be resumed. */
async function findEarlier(
  { partial, registered }: BeginUploadContext,
  id: string,
  call: CallContext,
): Promise<FoundUpload | undefined> {
  const upload = await findUpload(partial, id, call.caller.tenant).catch((error: unknown) => {
    if (error instanceof FilemillError && error.reason === 'UPLOAD_NOT_FOUND') return undefined;
    throw error;
  });
  const { file } = upload?.record ?? {};
  if (file === undefined) return upload;
  const { files } = await registered.getFiles({ ids: [file.id] }, outgoing(call));
  return files.length > 0 ? upload : undefined;
}

async function begin(
  { admission, partial, quotas }: BeginUploadContext,
  { record, size }: NewUpload,
  id?: string,
): Promise<FoundUpload> {
  await quotas.requireRoom(record.tenant, size, [record.metadata.idempotencyKey || null]);
  using _admitted = await admission.enter(size);
  const begun = await partial.begin(formatRecord(record), id);
  await failpoint('upload.begun');
  return await findUpload(partial, begun, record.tenant);
}

/**
 * The id that an idempotency key and a description of a tenant stand for, so that every replica finds the upload without
 * a lookup: a UUIDv8 (RFC 9562, section 5.8) of their SHA-256. Uploads of the default tenant keep the ids of earlier
 * versions.
 */
function uploadIdOf(declared: Declaration, tenant: string): string {
  const { idempotencyKey, filename, path, mimeType, size, sha256, sha256AtClose } = declared;
  const own = tenant === defaultTenant ? [] : [tenant];
  const description = [idempotencyKey, filename, path, mimeType, size, sha256, sha256AtClose, ...own];
  const hex = hash('sha256', JSON.stringify(description));
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, variant + hex.slice(17, 20)];
  return [...parts, hex.slice(20, 32)].join('-');
}
