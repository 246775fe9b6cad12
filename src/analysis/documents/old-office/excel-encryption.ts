import { createHash } from 'node:crypto';

/** With this password workbooks are encrypted that are protected, but that anyone may read. Source: [MS-OFFCRYPTO] 2.3.6. */
const openPassword = 'VelvetSweatshop';

const rc4 = 1;
const keyedLength = 1_024;
const headerLength = 4;

/** Records that are written as they are: beginnings, passwords, and others of the beginning of a workbook. */
const plain: ReadonlySet<number> = new Set([0x0809, 0x002f, 0x00e1, 0x0194, 0x0195, 0x0196, 0x0138]);
const sheet = 0x0085;
const passwordRecord = 0x002f;
const unknownRecord = 0xffff;

/**
 * The workbook as it was before it was encrypted, if it was with the password that Excel knows, in the way of Excel 97 (RC4
 * with 40 bits). The stream is encrypted in blocks of 1024 bytes, but for the headers of records and some of these.
 *
 * Source: [MS-OFFCRYPTO] 2.3.6, [MS-XLS] 2.2.10.
 *
 * @param password the data of the record that says how it is encrypted
 */
export function decrypted(stream: Buffer, password: Buffer): Buffer | undefined {
  if (password.length < 54 || password.readUInt16LE(0) !== rc4 || password.readUInt32LE(2) !== 0x0001_0001)
    return undefined;
  const base = baseKey(password.subarray(6, 22));
  if (!isRight(base, password.subarray(22, 38), password.subarray(38, 54))) return undefined;
  const clear = Buffer.from(stream);
  const key = new KeyStream(base);
  for (let at = 0; at + headerLength <= stream.length; ) {
    const [type, length] = [stream.readUInt16LE(at), stream.readUInt16LE(at + 2)];
    const [start, end] = [at + headerLength, at + headerLength + length];
    // Where a sheet begins is not encrypted, but the rest of its record is.
    const from = type === sheet ? Math.min(start + 4, end) : start;
    if (!plain.has(type)) key.apply(clear, from, Math.min(end, clear.length));
    // What is clear has no password.
    if (type === passwordRecord) clear.writeUInt16LE(unknownRecord, at);
    at = end;
  }
  return clear;
}

function baseKey(salt: Buffer): Buffer {
  const start = md5(Buffer.from(openPassword, 'utf16le')).subarray(0, 5);
  return md5(Buffer.concat(Array.from({ length: 16 }, () => [start, salt]).flat())).subarray(0, 5);
}

/** Whether a random text and its hash, which are encrypted as the first block, fit. */
function isRight(base: Buffer, text: Buffer, hash: Buffer): boolean {
  const both = Buffer.concat([text, hash]);
  new KeyStream(base).apply(both, 0, both.length);
  return md5(both.subarray(0, 16)).equals(both.subarray(16));
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest();
}

/** The bytes of RC4 for a stream, in which each block has a key of its own. To be used in the order of the stream. */
class KeyStream {
  readonly #base: Buffer;
  #block = -1;
  #bytes: Uint8Array = Buffer.alloc(0);

  constructor(base: Buffer) {
    this.#base = base;
  }

  apply(bytes: Buffer, from: number, until: number): void {
    for (let at = from; at < until; at++) {
      const block = Math.floor(at / keyedLength);
      if (block !== this.#block) this.#bytes = this.#bytesOf(block);
      this.#block = block;
      bytes[at] = (bytes[at] as number) ^ (this.#bytes[at % keyedLength] as number);
    }
  }

  #bytesOf(block: number): Uint8Array {
    const number = Buffer.alloc(4);
    number.writeUInt32LE(block);
    return rc4Bytes(md5(Buffer.concat([this.#base, number])));
  }
}

/** The first bytes of the stream of RC4. OpenSSL has it no more by default. */
function rc4Bytes(key: Buffer): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  let other = 0;
  const swap = (index: number): number => {
    const [one, two] = [state[index] as number, state[other] as number];
    state[index] = two;
    state[other] = one;
    return one + two;
  };
  for (let index = 0; index < 256; index++) {
    other = (other + (state[index] as number) + (key[index % key.length] as number)) & 0xff;
    swap(index);
  }
  other = 0;
  const bytes = Buffer.alloc(keyedLength);
  for (let at = 0; at < keyedLength; at++) {
    const index = (at + 1) & 0xff;
    other = (other + (state[index] as number)) & 0xff;
    bytes[at] = state[swap(index) & 0xff] as number;
  }
  return bytes;
}
