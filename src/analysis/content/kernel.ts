import { readFileSync } from 'node:fs';

/** The part that is used here: the types of Node leave WebAssembly to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Kernel };
};

/** The exports of wasm/count.ts. Values are addresses in its memory, or lengths in bytes. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly tally: { readonly value: number };
  readonly input: { readonly value: number };
  readonly inputBytes: { readonly value: number };
  readonly copyBytes: { readonly value: number };
  count(from: number, length: number): number;
}

/** One kernel per thread. Its memory never grows, which would detach the views below. */
const code = readFileSync(new URL('../wasm/count.wasm', import.meta.url));
const kernel = new WebAssembly.Instance(new WebAssembly.Module(code)).exports;
const memory = kernel.memory.buffer;
const inputAt = kernel.input.value;
const copiesAt = inputAt + kernel.inputBytes.value;
const copies = new Uint8Array(memory, copiesAt, kernel.copyBytes.value);
const current = new BigUint64Array(memory, kernel.tally.value, 8);

/** Files are read into this buffer, whose bytes are counted without a copy. */
export const input = Buffer.from(memory, inputAt, kernel.inputBytes.value);

/** The flags of wasm/tally.ts, which describes them. */
export const high = 1;
export const malformed = 2;
export const oddControl = 4;
export const nul = 8;
export const cut = 16;

/** Counts text chunk by chunk. The class of the same name in wasm/tally.ts describes the fields. */
export class Tally {
  readonly #fields: BigUint64Array;
  #seen: number;

  /** @param marked whether a UTF-8 byte order mark precedes the text; only the 8-bit reading counts it */
  constructor(marked = false) {
    this.#fields = new BigUint64Array(marked ? behindMark : atStart);
    this.#seen = marked ? high : 0;
  }

  /** Counts the next bytes, at least one. */
  add(bytes: Uint8Array): void {
    current.set(this.#fields);
    this.#seen = countHere(bytes);
    this.#fields.set(current);
  }

  /** Whether any of these flags was seen. */
  hasSeen(flags: number): boolean {
    return (this.#seen & flags) !== 0;
  }

  get counts() {
    const at = (field: number) => Number(this.#fields[field]);
    return { words: at(0), byteWords: at(1), lines: at(2), bytes: at(3), characters: at(3) - at(4) };
  }
}

/** The flags of these bytes, of which there is at least one. */
export function flagsOf(bytes: Uint8Array): number {
  current.set(atStart);
  return countHere(bytes);
}

function countHere(bytes: Uint8Array): number {
  if (bytes.buffer === memory) return kernel.count(bytes.byteOffset, bytes.length);
  let seen = 0;
  for (let at = 0; at < bytes.length; at += copies.length) {
    const part = bytes.subarray(at, at + copies.length);
    copies.set(part);
    seen = kernel.count(copiesAt, part.length);
  }
  return seen;
}

/** `words`, `byteWords`, `lines`, `bytes`, `continuations`; `seen` and, as spaces, `lastBytes`; the masks of spaces. */
const spaces = 0x20202020n << 32n;
const everywhere = 2n ** 64n - 1n;
const atStart = BigUint64Array.of(0n, 0n, 0n, 0n, 0n, spaces, everywhere, everywhere);
const behindMark = BigUint64Array.of(0n, 1n, 0n, 3n, 3n, spaces | BigInt(high), everywhere, 0n);
