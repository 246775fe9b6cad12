import { createHash } from 'node:crypto';
import type { StagedBlob } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { UploadFileRequest, UploadMetadata } from '#gen/filemill/v1/upload_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { Admitted } from './admission.ts';
import { type Declaration, fileTooLarge, readSha256 } from './declaration.ts';

/** Where content goes, and what it must keep to. */
interface Reception {
  readonly staged: StagedBlob;
  readonly admitted: Admitted;
  readonly declared: Declaration;
  /** Bytes. */
  readonly maxFileSize: number;
}

type Messages = AsyncIterator<UploadFileRequest, void>;

/** @throws FilemillError METADATA_MISSING */
export async function receiveMetadata(messages: Messages): Promise<UploadMetadata> {
  const { value: first } = await messages.next();
  if (first?.part.case !== 'metadata') throw new FilemillError('METADATA_MISSING');
  return first.part.value;
}

/** Waits until something follows the metadata, so that who only announces a file takes no place from others. */
export async function untilContent(messages: AsyncGenerator<UploadFileRequest, void>): Promise<Messages> {
  const first = await messages.next();
  const all = async function* () {
    if (first.done) return;
    yield first.value;
    yield* messages;
  };
  return all();
}

/** Bytes of the file that a message carries. */
export function contentBytes({ part }: UploadFileRequest): number {
  return part.case === 'chunk' ? part.value.length : 0;
}

/**
 * Receives the rest of the stream into `staged` and checks it against what was declared, at the first
 * byte too many. Answers with the verified SHA-256, or null when none was declared.
 *
 * @throws FilemillError METADATA_REPEATED, FILE_TOO_LARGE, SIZE_MISMATCH, CHECKSUM_MISMATCH,
 *   REQUEST_INVALID or DISK_FULL
 */
export async function receiveContent(
  messages: Messages,
  { staged, admitted, declared, maxFileSize }: Reception,
): Promise<string | null> {
  const hash = declared.sha256 !== null || declared.sha256AtClose ? createHash('sha256') : null;
  let closing: string | null = null;
  for (let next = await messages.next(); !next.done; next = await messages.next()) {
    const { part } = next.value;
    if (closing !== null || part.case === 'metadata') throw new FilemillError('METADATA_REPEATED');
    if (part.case === 'closing') closing = readSha256(part.value.sha256);
    else if (part.case === 'chunk') {
      refuseTooMany(staged.size + part.value.length, declared.size, maxFileSize);
      hash?.update(part.value);
      await staged.write(part.value);
      await admitted.received(part.value.length);
      await failpoint('upload.chunk');
    } else throw new FilemillError('REQUEST_INVALID', 'A message held neither metadata nor chunk nor closing.');
  }
  refuseTooFew(staged.size, declared.size);
  if (declared.sha256AtClose && closing === null)
    throw new FilemillError('REQUEST_INVALID', 'The closing message that sha256_at_close announced did not come.');
  if (declared.sha256 === null && closing === null) return null;
  const sha256 = hash?.digest('hex') ?? (await staged.sha256());
  refuseOtherSha256(sha256, [declared.sha256, closing]);
  return sha256;
}

function refuseTooMany(received: number, declared: number | null, maxFileSize: number): void {
  if (received > maxFileSize) throw fileTooLarge(maxFileSize);
  if (declared !== null && received > declared) throw sizeMismatch(declared, `${received} or more`);
}

function refuseTooFew(received: number, declared: number | null): void {
  if (declared !== null && received < declared) throw sizeMismatch(declared, String(received));
}

function sizeMismatch(declared: number, received: string): FilemillError {
  return new FilemillError('SIZE_MISMATCH', `The stream held ${received} bytes; ${declared} were declared.`, {
    facts: { declared: String(declared), received },
  });
}

function refuseOtherSha256(received: string, expected: readonly (string | null)[]): void {
  for (const declared of expected)
    if (declared !== null && declared !== received)
      throw new FilemillError('CHECKSUM_MISMATCH', `The bytes have the SHA-256 ${received}, not ${declared}.`, {
        facts: { declared, received },
      });
}
