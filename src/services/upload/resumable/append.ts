import { createHash } from 'node:crypto';
import { FilemillError } from '#domain/errors.ts';
import type { PartialBlob, PartialBlobStore } from '#domain/partial-blob.ts';
import {
  AppendChecksum_Algorithm as Algorithm,
  type AppendStart,
  type AppendUploadRequest,
  type AppendChecksum as Declared,
} from '#gen/filemill/v1/upload_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { Admitted } from '../intake/admission.ts';
import { requireFit, type SizeLimits, sizeMismatch } from '../intake/content.ts';
import { freeChunk, receiveParts } from '../intake/reception.ts';
import type { UploadLock } from './upload-locks.ts';
import { type FoundUpload, formatRecord } from './upload-record.ts';

export interface AppendOptions {
  readonly partial: PartialBlobStore;
  readonly blob: PartialBlob;
  readonly upload: FoundUpload;
  readonly lock: UploadLock;
  readonly start: AppendStart;
  /** Limits of the whole upload. */
  readonly limits: SizeLimits;
  readonly admitted: Admitted;
  /** Aborted when the messages were cut off before the client ended them. */
  readonly early: AbortSignal;
}

/**
 * Appends what one call brings, up to the end of its stream. However it ends, what counts is durable then: with a
 * checksum all bytes or none, otherwise all that came.
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
  if (upload.record.uncheckedFrom !== undefined) await rollBack(options, upload.record.uncheckedFrom);
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
 * The note marks where unchecked bytes begin. If the append breaks off, even by a crash, the next call truncates them.
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
    // The bytes are not wrong: the rest of them was cut off here.
    await rollBack(options, from);
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
  freeChunk(chunk);
  await failpoint('upload.appended');
}

async function rollBack(options: AppendOptions, from: number): Promise<void> {
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

const algorithms: Readonly<Record<Algorithm, { readonly name: string; readonly bytes: number } | undefined>> = {
  [Algorithm.UNSPECIFIED]: undefined,
  [Algorithm.SHA1]: { name: 'sha1', bytes: 20 },
  [Algorithm.SHA256]: { name: 'sha256', bytes: 32 },
};

/** Compares the bytes of one append with their declared checksum. */
class AppendChecksum {
  readonly #declared: string;
  readonly #hash: ReturnType<typeof createHash>;

  /** @throws FilemillError REQUEST_INVALID */
  constructor({ algorithm, digest }: Declared) {
    const known = algorithms[algorithm];
    if (known === undefined) throw new FilemillError('REQUEST_INVALID', 'checksum.algorithm must be SHA1 or SHA256.');
    if (digest.length !== known.bytes)
      throw new FilemillError('REQUEST_INVALID', `checksum.digest must hold ${known.bytes} bytes.`);
    this.#declared = Buffer.from(digest).toString('hex');
    this.#hash = createHash(known.name);
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  /** @throws FilemillError APPEND_CHECKSUM_MISMATCH */
  verify(): void {
    const [declared, received] = [this.#declared, this.#hash.digest('hex')];
    if (declared !== received)
      throw new FilemillError('APPEND_CHECKSUM_MISMATCH', `The bytes have the checksum ${received}, not ${declared}.`, {
        facts: { declared, received },
      });
  }
}
