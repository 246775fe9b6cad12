import { FilemillError } from '#domain/errors.ts';
import type { PartialBlob, PartialBlobStore } from '#domain/partial-blob.ts';
import type { AppendStart, AppendUploadRequest } from '#gen/filemill/v1/upload_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { Admitted } from '../intake/admission.ts';
import { requireFit, type SizeLimits, sizeMismatch } from '../intake/content.ts';
import { giveBack } from '../intake/give-back.ts';
import { receiveParts } from '../intake/reception.ts';
import { AppendChecksum } from './append-checksum.ts';
import type { UploadLock } from './upload-lock.ts';
import { type FoundUpload, formatRecord } from './upload-record.ts';

/** What one call works with that goes on with an upload. */
export interface AppendOptions {
  readonly partial: PartialBlobStore;
  readonly blob: PartialBlob;
  readonly upload: FoundUpload;
  readonly lock: UploadLock;
  readonly start: AppendStart;
  /** Of the whole upload. */
  readonly limits: SizeLimits;
  readonly admitted: Admitted;
  /** Aborted when the messages were ended before the client ended them. */
  readonly early: AbortSignal;
}

/**
 * Takes in what one call brings, up to the end of its stream. However that ends, what counts of it is durable then:
 * with a checksum all of it or nothing, otherwise all that came.
 *
 * @returns the SHA-256 of the closing message; null when none came
 * @throws FilemillError OFFSET_MISMATCH, SIZE_MISMATCH, FILE_TOO_LARGE, CHECKSUM_MISMATCH, METADATA_REPEATED,
 *   REQUEST_INVALID, DISK_FULL or UPLOAD_LOCKED
 */
export async function append(
  options: AppendOptions,
  messages: AsyncIterable<AppendUploadRequest>,
): Promise<string | null> {
  const { blob, upload, start } = options;
  if (upload.record.uncheckedFrom !== undefined) await takeBack(options, upload.record.uncheckedFrom);
  if (start.offset !== BigInt(blob.size)) throw offsetMismatch(start.offset, blob.size);
  if (start.checksum !== undefined) return await appendChecked(options, new AppendChecksum(start.checksum), messages);
  try {
    return await receive(options, messages);
  } finally {
    await blob.sync();
    await failpoint('upload.kept');
  }
}

/**
 * The note says from where on bytes do not count until their checksum was compared. What breaks off before, here or by
 * a crash, whoever comes next takes back.
 */
async function appendChecked(
  options: AppendOptions,
  checksum: AppendChecksum,
  messages: AsyncIterable<AppendUploadRequest>,
): Promise<string | null> {
  const from = options.blob.size;
  await note(options, from);
  const closing = await receive(options, messages, checksum);
  try {
    checksum.verify();
  } catch (error) {
    if (!options.early.aborted) throw error;
    // Nothing is wrong with the bytes: the rest of them was cut off here.
    await takeBack(options, from);
    return null;
  }
  await options.blob.sync();
  await failpoint('upload.kept');
  await note(options, undefined);
  return closing;
}

async function receive(
  options: AppendOptions,
  messages: AsyncIterable<AppendUploadRequest>,
  checksum?: AppendChecksum,
): Promise<string | null> {
  const { blob, limits } = options;
  const closing = await receiveParts(messages, (chunk) => take(options, chunk, checksum));
  if (closing !== null && limits.size !== null && blob.size < limits.size)
    throw sizeMismatch(limits.size, String(blob.size));
  return closing;
}

async function take(
  { blob, lock, limits, admitted }: AppendOptions,
  chunk: Uint8Array,
  checksum: AppendChecksum | undefined,
): Promise<void> {
  requireFit(blob.size + chunk.length, limits);
  checksum?.update(chunk);
  lock.assertHeld();
  await blob.write(chunk);
  await admitted.received(chunk.length);
  giveBack(chunk);
  await failpoint('upload.appended');
}

async function takeBack(options: AppendOptions, from: number): Promise<void> {
  options.lock.assertHeld();
  await options.blob.truncate(from);
  await options.blob.sync();
  await note(options, undefined);
}

async function note({ partial, upload, lock }: AppendOptions, uncheckedFrom: number | undefined): Promise<void> {
  lock.assertHeld();
  await partial.note(upload.id, formatRecord({ ...upload.record, uncheckedFrom }));
}

function offsetMismatch(asked: bigint, offset: number): FilemillError {
  return new FilemillError('OFFSET_MISMATCH', `The server has ${offset} bytes; the append begins at ${asked}.`, {
    facts: { offset: String(offset) },
  });
}
