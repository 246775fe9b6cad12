import { hash } from 'node:crypto';
import { FilemillError } from '#domain/errors.ts';
import type { PartialBlobStore } from '#domain/partial-blob.ts';
import type { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import { type CallContext, outgoing } from '#platform/rpc/call-context.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
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

export interface BeginUploadContext extends Pick<UploadContext, 'admission' | 'maxFileSize'> {
  readonly partial: PartialBlobStore;
  readonly locks: UploadLocks;
  readonly registered: Pick<RpcClient<typeof MetadataService>, 'getFiles'>;
  /** How long an upload is kept that nothing is appended to, in milliseconds. */
  readonly uploadExpiryMs: number;
}

/** UTF-16 code units. */
const maxNoteLength = 8 * 1024;

/**
 * Refuses what could not be kept anyway; otherwise the upload is durable when this answers. One with the same
 * idempotency key and description is gone on with.
 */
export function beginUpload(context: BeginUploadContext): ServiceHandlers<typeof UploadService>['beginUpload'] {
  const { maxFileSize, uploadExpiryMs } = context;
  return async ({ metadata, clientNote, beginAnew, sizeLater }, call) => {
    if (metadata === undefined) throw new FilemillError('METADATA_MISSING');
    const declared = readDeclaration(metadata, maxFileSize);
    if (declared.size === null && !declared.sha256AtClose && !sizeLater)
      throw new FilemillError(
        'REQUEST_INVALID',
        '`size` is needed, `sha256_at_close`, or `size_later`: one of them tells the end.',
      );
    if (clientNote.length > maxNoteLength)
      throw new FilemillError('REQUEST_INVALID', `\`client_note\` is longer than ${maxNoteLength} characters.`);
    const record = { metadata, clientNote, caller: call.caller.address };
    const upload =
      isKeyed(declared) && !beginAnew
        ? await findOrBegin(context, uploadIdOf(declared), { record, size: declared.size }, call)
        : await begin(context, { record, size: declared.size });
    return { upload: toPartialUpload(upload, uploadExpiryMs) };
  };
}

interface NewUpload {
  readonly record: UploadRecord;
  /** Bytes; null when nobody knows. */
  readonly size: number | null;
}

function isKeyed(declared: Declaration): declared is Declaration & { readonly idempotencyKey: string } {
  return declared.idempotencyKey !== null;
}

/** The lock is for two that begin at once. One that goes on takes no lock here: it would interrupt what is under way. */
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

/** One whose file was deleted since has nothing to answer with. */
async function findEarlier(
  { partial, registered }: BeginUploadContext,
  id: string,
  call: CallContext,
): Promise<FoundUpload | undefined> {
  const upload = await findUpload(partial, id).catch((error: unknown) => {
    if (error instanceof FilemillError && error.reason === 'UPLOAD_NOT_FOUND') return undefined;
    throw error;
  });
  const { file } = upload?.record ?? {};
  if (file === undefined) return upload;
  const { files } = await registered.getFiles({ ids: [file.id] }, outgoing(call));
  return files.length > 0 ? upload : undefined;
}

async function begin(
  { admission, partial }: BeginUploadContext,
  { record, size }: NewUpload,
  id?: string,
): Promise<FoundUpload> {
  using _admitted = await admission.enter(size);
  const begun = await partial.begin(formatRecord(record), id);
  await failpoint('upload.begun');
  return await findUpload(partial, begun);
}

/**
 * The id of the upload of an idempotency key and a description: every replica finds it without looking anything up.
 * A UUIDv8 (RFC 9562, section 5.8) of their SHA-256.
 */
function uploadIdOf(declared: Declaration & { readonly idempotencyKey: string }): string {
  const { idempotencyKey, filename, path, mimeType, size, sha256, sha256AtClose } = declared;
  const description = [idempotencyKey, filename, path, mimeType, size, sha256, sha256AtClose];
  const hex = hash('sha256', JSON.stringify(description));
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, variant + hex.slice(17, 20)];
  return [...parts, hex.slice(20, 32)].join('-');
}
