import { create } from '@bufbuild/protobuf';
import type { Blob } from '#domain/blob-store.ts';
import { FilemillError, type Reason } from '#domain/errors.ts';
import type { PartialBlob, PartialBlobStore } from '#domain/partial-blob.ts';
import { UploadFileResponseSchema } from '#gen/filemill/v1/upload_service_pb.ts';
import { never } from '#platform/abort.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { CallContext } from '#platform/rpc/call-context.ts';
import { traceContextFrom } from '#platform/telemetry/trace-context.ts';
import { type AcceptanceContext, accept } from '../acceptance/acceptance.ts';
import { verifySha256 } from '../intake/content.ts';
import type { Declaration } from '../intake/declaration.ts';
import type { UploadLock } from './upload-locks.ts';
import { type FoundUpload, formatRecord } from './upload-record.ts';

export interface CompleteUpload {
  readonly upload: FoundUpload;
  /** All bytes, synced. */
  readonly blob: PartialBlob;
  readonly declared: Declaration;
  /** SHA-256 of the closing message; may be empty. */
  readonly closing: string;
  readonly lock: UploadLock;
  /** The last append. */
  readonly call: Pick<CallContext, 'requestId' | 'caller' | 'trace'>;
}

/**
 * Turns a complete upload into a file. May be repeated after any failure and by any process: the idempotency key
 * allows one file, and only an object that a row names outlives the orphan sweep. The bytes of the upload go last.
 *
 * @throws FilemillError CHECKSUM_MISMATCH or IDEMPOTENCY_KEY_REUSED, after which the upload is gone
 */
export async function finishUpload(
  context: AcceptanceContext & { readonly partial: PartialBlobStore },
  { upload, blob, declared, closing, lock, call }: CompleteUpload,
): Promise<void> {
  const { partial } = context;
  const idempotencyKey = declared.idempotencyKey ?? `resumable upload ${upload.id}`;
  try {
    const sha256 = await verifySha256(declared, closing, () => blob.sha256());
    const verified = { declared: { ...declared, idempotencyKey }, size: blob.size, sha256 };
    // The file belongs to the trace of the request that began its upload, whoever brought the last byte.
    const { tenant, traceparent } = upload.record;
    const trace = traceContextFrom(traceparent) ?? call.trace;
    const onBehalf = { ...call, signal: never, trace, caller: { ...call.caller, tenant } };
    const receipt = await accept(context, { commit: () => commit(blob, lock) }, verified, onBehalf);
    await failpoint('upload.registered');
    lock.assertHeld();
    // A generated key is known to this upload alone.
    const duplicate = receipt.duplicate && declared.idempotencyKey !== null;
    const file = create(UploadFileResponseSchema, { ...receipt, duplicate });
    await partial.end(upload.id, formatRecord({ ...upload.record, file }));
    await failpoint('upload.ended');
  } catch (error) {
    if (error instanceof FilemillError && hopeless.has(error.reason)) await partial.remove(upload.id);
    throw error;
  }
}

/** The blob is never removed here: without hard links, a row may name it since an earlier try. */
async function commit(blob: PartialBlob, lock: UploadLock): Promise<Blob> {
  lock.assertHeld();
  const made = await blob.commit();
  lock.assertHeld();
  return made;
}

const hopeless: ReadonlySet<Reason> = new Set<Reason>(['CHECKSUM_MISMATCH', 'IDEMPOTENCY_KEY_REUSED']);
