import { damaged } from './reader.ts';

/** Reads bits, the highest first. */
export class Bits {
  readonly #bytes: Buffer;
  /** The place of the next bit. */
  position: number;

  constructor(bytes: Buffer, position = 0) {
    this.#bytes = bytes;
    this.position = position;
  }

  /** At most 24 bits, which stay to be read; zeros behind the end. */
  peek(count: number): number {
    const at = this.position >>> 3;
    const b = this.#bytes;
    const four =
      at + 4 <= b.length
        ? ((b[at] as number) << 24) |
          ((b[at + 1] as number) << 16) |
          ((b[at + 2] as number) << 8) |
          (b[at + 3] as number)
        : ((b[at] ?? 0) << 24) | ((b[at + 1] ?? 0) << 16) | ((b[at + 2] ?? 0) << 8);
    return (four << (this.position & 7)) >>> (32 - count);
  }

  skip(count: number): void {
    this.position += count;
    if (this.position > this.#bytes.length * 8) throw damaged('The compressed data are cut off.');
  }

  take(count: number): number {
    const taken = this.peek(count);
    this.skip(count);
    return taken;
  }

  unary(most: number): number {
    let ones = 0;
    while (this.take(1) === 1) if (++ones > most) throw broken();
    return ones;
  }
}

const groupLength = 50;
const maxCodeLength = 20;

/**
 * Expands one block behind its signature; the bits are then behind it.
 *
 * @param maxLength the size of blocks, which the stream states
 */
export function expandBlock(bits: Bits, maxLength: number): Buffer {
  const checksum = ((bits.take(16) << 16) | bits.take(16)) >>> 0;
  if (bits.take(1) === 1) throw damaged('The compressed data are of a bzip2 before 0.9.5.');
  const origin = bits.take(24);
  const used = usedBytes(bits);
  const tableCount = bits.take(3);
  const selectors = selectorsOf(bits, tableCount);
  const tables = Array.from({ length: tableCount }, () => codeTable(bits, used.length + 2));
  const sorted = sortedBytes(bits, { used, selectors, tables, maxLength });
  if (origin >= sorted.length) throw broken();
  const block = withoutRuns(unsorted(sorted, origin));
  if (checksumOf(block) !== checksum) throw damaged('The checksum of the compressed data is wrong.');
  return block;
}

function usedBytes(bits: Bits): Uint8Array {
  const rows = bits.take(16);
  const used: number[] = [];
  for (let row = 0; row < 16; row++) {
    if ((rows & (0x8000 >> row)) === 0) continue;
    const columns = bits.take(16);
    for (let column = 0; column < 16; column++) if ((columns & (0x8000 >> column)) !== 0) used.push(row * 16 + column);
  }
  if (used.length === 0) throw broken();
  return Uint8Array.from(used);
}

/** Which table decodes each group of symbols: numbers of a list whose entries move to its front. */
function selectorsOf(bits: Bits, tableCount: number): Uint8Array {
  if (tableCount < 2 || tableCount > 6) throw broken();
  const recent = Array.from({ length: tableCount }, (_, table) => table);
  const selectors = new Uint8Array(bits.take(15));
  if (selectors.length === 0) throw broken();
  for (let at = 0; at < selectors.length; at++) {
    const [table] = recent.splice(bits.unary(tableCount - 1), 1) as [number];
    recent.unshift(table);
    selectors[at] = table;
  }
  return selectors;
}

/** A canonical Huffman code. */
interface CodeTable {
  readonly shortest: number;
  /** By length: the first value of `maxCodeLength` bits that begins with no code of at most this length. */
  readonly limits: Int32Array;
  /** By length: what to add to a code to get its place in `symbols`. */
  readonly bases: Int32Array;
  readonly symbols: Uint16Array;
}

function codeTable(bits: Bits, symbolCount: number): CodeTable {
  const lengths = new Uint8Array(symbolCount);
  let length = bits.take(5);
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    while (bits.take(1) === 1) {
      length += bits.take(1) === 1 ? -1 : 1;
      if (length < 1 || length > maxCodeLength) throw broken();
    }
    if (length < 1 || length > maxCodeLength) throw broken();
    lengths[symbol] = length;
  }
  const limits = new Int32Array(maxCodeLength + 1);
  const bases = new Int32Array(maxCodeLength + 1);
  const symbols = new Uint16Array(symbolCount);
  let [code, placed] = [0, 0];
  for (let size = 1; size <= maxCodeLength; size++) {
    bases[size] = placed - code;
    for (let symbol = 0; symbol < symbolCount; symbol++) if (lengths[symbol] === size) symbols[placed++] = symbol;
    code = placed - (bases[size] as number);
    limits[size] = code << (maxCodeLength - size);
    code *= 2;
  }
  return { shortest: Math.min(...lengths), limits, bases, symbols };
}

function symbolOf(bits: Bits, { shortest, limits, bases, symbols }: CodeTable): number {
  const ahead = bits.peek(maxCodeLength);
  for (let size = shortest; size <= maxCodeLength; size++) {
    if (ahead >= (limits[size] as number)) continue;
    bits.skip(size);
    return symbols[(ahead >>> (maxCodeLength - size)) + (bases[size] as number)] ?? brokenSymbol();
  }
  return brokenSymbol();
}

function brokenSymbol(): never {
  throw broken();
}

interface Coding {
  readonly used: Uint8Array;
  readonly selectors: Uint8Array;
  readonly tables: readonly CodeTable[];
  readonly maxLength: number;
}

/** The last column of the sorted rotations. Runs of its first symbol are numbers in base 2 with the digits 1 and 2. */
function sortedBytes(bits: Bits, { used, selectors, tables, maxLength }: Coding): Uint8Array {
  const sorted = new Uint8Array(maxLength);
  const recent = Uint8Array.from(used);
  const end = used.length + 1;
  let [length, run, digit] = [0, 0, 1];
  for (let group = 0; ; group++) {
    const table = tables[selectors[group] ?? -1];
    if (table === undefined) throw broken();
    for (let at = 0; at < groupLength; at++) {
      const symbol = symbolOf(bits, table);
      if (symbol <= 1) {
        run += digit << symbol;
        digit *= 2;
        if (run > maxLength) throw broken();
        continue;
      }
      if (length + run + (symbol === end ? 0 : 1) > maxLength) throw broken();
      if (run > 0) {
        sorted.fill(recent[0] as number, length, length + run);
        length += run;
        run = 0;
        digit = 1;
      }
      if (symbol === end) return sorted.subarray(0, length);
      sorted[length++] = moveToFront(recent, symbol - 1);
    }
  }
}

function moveToFront(recent: Uint8Array, place: number): number {
  const byte = recent[place] as number;
  for (let at = place; at > 0; at--) recent[at] = recent[at - 1] as number;
  recent[0] = byte;
  return byte;
}

/** Undoes the Burrows-Wheeler transform. */
function unsorted(sorted: Uint8Array, origin: number): Uint8Array {
  const starts = new Uint32Array(257);
  for (const byte of sorted) starts[byte + 1] = (starts[byte + 1] as number) + 1;
  for (let byte = 1; byte < 257; byte++) starts[byte] = (starts[byte] as number) + (starts[byte - 1] as number);
  const next = new Uint32Array(sorted.length);
  for (let at = 0; at < sorted.length; at++) {
    const byte = sorted[at] as number;
    const place = starts[byte] as number;
    next[place] = at;
    starts[byte] = place + 1;
  }
  const bytes = new Uint8Array(sorted.length);
  for (let at = 0, row = next[origin] as number; at < bytes.length; at++) {
    bytes[at] = sorted[row] as number;
    row = next[row] as number;
  }
  return bytes;
}

/** Four equal bytes are followed by the number of further ones. */
function withoutRuns(bytes: Uint8Array): Buffer {
  let expanded = Buffer.allocUnsafe(bytes.length + 1_024);
  let [length, equal, previous] = [0, 0, -1];
  for (let at = 0; at < bytes.length; at++) {
    // A run has at most 255 bytes more.
    if (length + 256 > expanded.length) expanded = Buffer.concat([expanded], expanded.length * 2);
    const byte = bytes[at] as number;
    if (equal === 4) {
      expanded.fill(previous, length, length + byte);
      length += byte;
      equal = 0;
      previous = -1;
      continue;
    }
    equal = byte === previous ? equal + 1 : 1;
    previous = byte;
    expanded[length++] = byte;
  }
  return expanded.subarray(0, length);
}

/** CRC-32 of the highest bit first, by which bzip2 differs from others. */
function checksumOf(bytes: Buffer): number {
  let crc = -1;
  for (let at = 0; at < bytes.length; at++)
    crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ (bytes[at] as number)] as number);
  return ~crc >>> 0;
}

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1;
  return crc;
});

function broken() {
  return damaged('The compressed data are damaged.');
}
