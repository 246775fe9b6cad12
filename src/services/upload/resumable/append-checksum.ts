import { createHash } from 'node:crypto';
import { FilemillError } from '#domain/errors.ts';
import {
  AppendChecksum_Algorithm as Algorithm,
  type AppendChecksum as Declared,
} from '#gen/filemill/v1/upload_service_pb.ts';

const algorithms: Readonly<Record<Algorithm, { readonly name: string; readonly bytes: number } | undefined>> = {
  [Algorithm.UNSPECIFIED]: undefined,
  [Algorithm.SHA1]: { name: 'sha1', bytes: 20 },
  [Algorithm.SHA256]: { name: 'sha256', bytes: 32 },
};

/** Compares the bytes of one append with what was declared of them. */
export class AppendChecksum {
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
