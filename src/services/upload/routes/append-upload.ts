import { reachOf } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import type { AppendStart, AppendUploadRequest, UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import type { CallContext } from '#platform/rpc/call-context.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import { sizeMismatch } from '../intake/content.ts';
import { isHashed, readDeclaration } from '../intake/declaration.ts';
import { contentBytes } from '../intake/reception.ts';
import { awaitContent, takeUntilAborted, withFilePace } from '../intake/stream-pace.ts';
import { type AppendOptions, append } from '../resumable/append.ts';
import { finishUpload } from '../resumable/finish-upload.ts';
import type { UploadLock } from '../resumable/upload-locks.ts';
import { type FoundUpload, findUpload, formatRecord, toPartialUpload } from '../resumable/upload-record.ts';
import type { BeginUploadContext } from './begin-upload.ts';
import type { UploadContext } from './upload-file.ts';

export interface AppendUploadContext extends UploadContext, BeginUploadContext {
  /** Aborted when the service stops: appends end where they are, and continue elsewhere. */
  readonly stopping: AbortSignal;
}

/**
 * Continues an upload. Whatever ends the call early, received bytes stay; the answer to the last append is sent only
 * once the file is durable and registered, as in UploadFile.
 */
export function appendUpload(context: AppendUploadContext): ServiceHandlers<typeof UploadService>['appendUpload'] {
  const { partial, locks, quotas, uploadExpiryMs, stopping } = context;
  return async (requests, call) => {
    const { signal, caller } = call;
    using _ = quotas.enter(caller.tenant);
    const reach = reachOf(caller);
    const messages = withFilePace(context, requests, contentBytes);
    const start = await receiveStart(messages);
    await findUpload(partial, start.id, reach);
    const content = await awaitContent(messages);
    await using lock = await locks.take(start.id, signal);
    const early = AbortSignal.any([signal, lock.wanted, lock.signal, stopping]);
    const appending = { lock, start, early, call };
    const complete = await resume(context, appending, takeUntilAborted(early, content));
    if (!complete && stopping.aborted) throw new FilemillError('SHUTTING_DOWN');
    if (!complete) early.throwIfAborted();
    return { upload: toPartialUpload(await findUpload(partial, start.id, reach), uploadExpiryMs) };
  };
}

interface Appending extends Pick<AppendOptions, 'lock' | 'start' | 'early'> {
  readonly call: CallContext;
}

/** Answers whether the upload is finished. */
async function resume(
  context: AppendUploadContext,
  { lock, start, early, call }: Appending,
  messages: AsyncIterable<AppendUploadRequest>,
): Promise<boolean> {
  const { partial, admission, maxFileSize } = context;
  const found = await findUpload(partial, start.id, reachOf(call.caller));
  if (found.record.file !== undefined) return true;
  const upload = await withSize(context, found, start, lock);
  const declared = readDeclaration(upload.record.metadata, maxFileSize);
  const { sha256AtClose, size } = declared;
  await using blob = await partial.open(upload.id, { hashed: isHashed(declared) });
  using admitted = await admission.enter(size === null ? null : Math.max(0, size - blob.size));
  const limits = { size, maxFileSize };
  const closing = await append({ partial, blob, upload, lock, start, limits, admitted, early }, messages);
  if (size === null ? closing === null : blob.size < size) return false;
  if (sha256AtClose && closing === null) return false;
  await finishUpload(context, { upload, blob, declared, closing: closing ?? '', lock, call });
  return true;
}

/** Records a size that was deferred at the beginning. @throws FilemillError SIZE_MISMATCH, FILE_TOO_LARGE */
async function withSize(
  { partial, maxFileSize }: AppendUploadContext,
  upload: FoundUpload,
  { size, offset }: AppendStart,
  lock: UploadLock,
): Promise<FoundUpload> {
  const known = upload.record.metadata.size;
  // A call with a wrong offset has no effect.
  if (size === undefined || size === known || offset !== BigInt(upload.offset)) return upload;
  if (known !== undefined) throw sizeMismatch(Number(known), String(size));
  if (size < offset) throw sizeMismatch(Number(size), String(offset));
  const record = { ...upload.record, metadata: { ...upload.record.metadata, size } };
  readDeclaration(record.metadata, maxFileSize);
  lock.assertHeld();
  await partial.note(upload.id, formatRecord(record));
  return { ...upload, record };
}

/** @throws FilemillError METADATA_MISSING */
async function receiveStart(messages: AsyncIterator<AppendUploadRequest, void>): Promise<AppendStart> {
  const { value: first } = await messages.next();
  if (first?.part.case !== 'start') throw new FilemillError('METADATA_MISSING', 'The first message was not `start`.');
  return first.part.value;
}
