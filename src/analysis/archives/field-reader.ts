import { cutOff, damaged } from './reader.ts';

/** Reads the fields of a record, which must not end before. Numbers are little-endian. */
export class FieldReader {
  readonly bytes: Buffer;
  position: number;

  constructor(bytes: Buffer, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  get left(): number {
    return this.bytes.length - this.position;
  }

  /** @throws UnreadableFile when the record ends before */
  take(length: number): Buffer {
    if (length > this.left) throw cutOff();
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  skip(length: number): void {
    this.take(length);
  }

  u8(): number {
    return this.take(1)[0] as number;
  }

  u16(): number {
    return this.take(2).readUInt16LE();
  }

  u32(): number {
    return this.take(4).readUInt32LE();
  }

  /** A size or a place: whole up to 2^53. */
  u64(): number {
    return checkedSize(Number(this.take(8).readBigUInt64LE()));
  }

  /** A text up to the next zero byte. */
  text(): Buffer {
    const end = this.bytes.indexOf(0, this.position);
    if (end < 0) throw cutOff();
    const text = this.take(end - this.position);
    this.skip(1);
    return text;
  }
}

/** @throws UnreadableFile when no file can be so large */
export function checkedSize(size: number): number {
  if (!Number.isSafeInteger(size)) throw damaged('The archive states an impossible size.');
  return size;
}
