import { hash } from 'node:crypto';
import type { StagedBlob } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import { fileTooLarge } from '#domain/file-too-large.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { Admitted } from './admission.ts';
import { type Declaration, readSha256 } from './declaration.ts';

export interface ContentOptions {
  readonly staged: StagedBlob;
  readonly admitted: Admitted;
  readonly declared: Declaration;
  /** Bytes. */
  readonly maxFileSize: number;
}

/** Receives the content of one file, and checks it against its declaration at the first byte too many. */
export class Content {
  readonly #options: ContentOptions;

  constructor(options: ContentOptions) {
    this.#options = options;
  }

  /** @throws FilemillError FILE_TOO_LARGE, SIZE_MISMATCH or DISK_FULL */
  async take(chunk: Uint8Array): Promise<void> {
    const { staged, admitted, declared, maxFileSize } = this.#options;
    requireFit(staged.size + chunk.length, { size: declared.size, maxFileSize });
    await staged.write(chunk);
    await admitted.received(chunk.length);
    await failpoint('upload.chunk');
  }

  /**
   * Called at the end of the content. Answers with the verified SHA-256, or null when none was declared.
   *
   * @param closing what the client computed while it sent; may be empty
   * @throws FilemillError SIZE_MISMATCH, CHECKSUM_MISMATCH or REQUEST_INVALID
   */
  async verify(closing: string): Promise<string | null> {
    const { staged, declared } = this.#options;
    if (declared.size !== null && staged.size < declared.size) throw sizeMismatch(declared.size, String(staged.size));
    return await verifySha256(declared, closing, () => staged.sha256());
  }
}

/**
 * Answers with the verified SHA-256, or null when none was declared.
 *
 * @param closing what the client computed while it sent; may be empty
 * @param compute hashes the received bytes; called only when there is something to compare
 * @throws FilemillError CHECKSUM_MISMATCH or REQUEST_INVALID
 */
export async function verifySha256(
  declared: Declaration,
  closing: string,
  compute: () => Promise<string>,
): Promise<string | null> {
  const expected = expectedSha256(declared, closing);
  return expected.length === 0 ? null : requireSha256(await compute(), expected);
}

/** Verifies a whole file. @throws FilemillError FILE_TOO_LARGE, SIZE_MISMATCH, CHECKSUM_MISMATCH, REQUEST_INVALID */
export function verifyWhole(
  content: Uint8Array,
  closing: string,
  { declared, maxFileSize }: Pick<ContentOptions, 'declared' | 'maxFileSize'>,
): string | null {
  if (content.length > maxFileSize) throw fileTooLarge(maxFileSize);
  if (declared.size !== null && content.length !== declared.size)
    throw sizeMismatch(declared.size, String(content.length));
  const expected = expectedSha256(declared, closing);
  return expected.length === 0 ? null : requireSha256(hash('sha256', content), expected);
}

function expectedSha256({ sha256 }: Declaration, closing: string): string[] {
  return [sha256, closing === '' ? null : readSha256(closing)].filter((expected) => expected !== null);
}

export interface SizeLimits {
  /** Declared; null when the client does not know it. */
  readonly size: number | null;
  readonly maxFileSize: number;
}

export function requireFit(received: number, { size, maxFileSize }: SizeLimits): void {
  if (received > maxFileSize) throw fileTooLarge(maxFileSize);
  if (size !== null && received > size) throw sizeMismatch(size, `${received} or more`);
}

export function sizeMismatch(declared: number, received: string): FilemillError {
  return new FilemillError('SIZE_MISMATCH', `The stream held ${received} bytes; ${declared} were declared.`, {
    facts: { declared: String(declared), received },
  });
}

function requireSha256(received: string, expected: readonly string[]): string {
  for (const declared of expected)
    if (declared !== received)
      throw new FilemillError('CHECKSUM_MISMATCH', `The bytes have the SHA-256 ${received}, not ${declared}.`, {
        facts: { declared, received },
      });
  return received;
}
