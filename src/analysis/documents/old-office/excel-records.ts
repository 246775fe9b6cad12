/** A record of a workbook, with the records that continue it. */
export interface ExcelRecord {
  readonly type: number;
  /** The data of the record itself. */
  readonly data: Buffer;
  /** The same, followed by that of the records that continue it. */
  readonly parts: readonly Buffer[];
}

const continued = 0x3c;

/** The records of a stream, until one that is cut off. Source: [MS-XLS] 2.1.4. */
export function* recordsOf(stream: Buffer): Iterable<ExcelRecord> {
  let at = 0;
  const next = () => {
    if (at + 4 > stream.length) return undefined;
    const [type, length] = [stream.readUInt16LE(at), stream.readUInt16LE(at + 2)];
    const data = stream.subarray(at + 4, at + 4 + length);
    return data.length < length ? undefined : { type, data };
  };
  for (let record = next(); record !== undefined; ) {
    const { type, data } = record;
    const parts = [data];
    at += 4 + data.length;
    record = next();
    for (; record?.type === continued; record = next()) {
      parts.push(record.data);
      at += 4 + record.data.length;
    }
    yield { type, data, parts };
  }
}

/** Reads a record and those that continue it as one. Behind its end are zeros. */
export class RecordReader {
  readonly #parts: readonly Buffer[];
  #part = 0;
  #at: number;

  constructor(parts: readonly Buffer[], start = 0) {
    this.#parts = parts;
    this.#at = start;
  }

  get isAtEnd(): boolean {
    this.#settle();
    return this.#part >= this.#parts.length;
  }

  byte(): number {
    this.#settle();
    const byte = this.#parts[this.#part]?.[this.#at] ?? 0;
    this.#at += 1;
    return byte;
  }

  uint16(): number {
    return this.byte() + 0x100 * this.byte();
  }

  uint32(): number {
    return this.uint16() + 0x1_0000 * this.uint16();
  }

  skip(bytes: number): void {
    for (let left = bytes; left > 0 && !this.isAtEnd; ) {
      const step = Math.min(left, (this.#parts[this.#part]?.length ?? 0) - this.#at);
      this.#at += step;
      left -= step;
    }
  }

  /** A string with its length before it, of which each part says anew whether its characters have one byte or two. */
  string(): string {
    const count = this.uint16();
    const flags = this.byte();
    const runs = (flags & 0x08) === 0 ? 0 : this.uint16();
    const phonetic = (flags & 0x04) === 0 ? 0 : this.uint32();
    const text = this.characters(count, flags);
    this.skip(4 * runs + phonetic);
    return text;
  }

  characters(count: number, firstFlags: number): string {
    let text = '';
    for (let [left, flags] = [count, firstFlags]; ; flags = this.byte()) {
      const width = (flags & 1) + 1;
      const part = this.#parts[this.#part] ?? Buffer.alloc(0);
      const bytes = width * Math.min(left, Math.floor((part.length - this.#at) / width));
      text += part.toString(width === 1 ? 'latin1' : 'utf16le', this.#at, this.#at + bytes);
      this.#at += bytes;
      left -= bytes / width;
      if (left === 0 || this.#part + 1 >= this.#parts.length) return text;
      this.#part += 1;
      this.#at = 0;
    }
  }

  /** Goes to the next part at the end of one. */
  #settle(): void {
    while (this.#part < this.#parts.length && this.#at >= (this.#parts[this.#part] as Buffer).length) {
      this.#at -= (this.#parts[this.#part] as Buffer).length;
      this.#part += 1;
    }
  }
}
