/** The progress of a thread in its batch, in memory that outlives the thread. */
export class Progress {
  readonly #cells: BigInt64Array<SharedArrayBuffer>;

  constructor(memory = new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.#cells = new BigInt64Array(memory);
  }

  get memory(): SharedArrayBuffer {
    return this.#cells.buffer;
  }

  /** Stores the time before the index: a reader in between underestimates how long the file has run. */
  begin(index: number): void {
    Atomics.store(this.#cells, beganAt, process.hrtime.bigint());
    Atomics.store(this.#cells, at, BigInt(index));
  }

  /** The index of the current file; 0 before the first begins. */
  get index(): number {
    return Number(Atomics.load(this.#cells, at));
  }

  /** How long the current file has run, in milliseconds; 0 before the first begins. */
  get elapsedMs(): number {
    const began = Atomics.load(this.#cells, beganAt);
    return began === 0n ? 0 : Number(process.hrtime.bigint() - began) / 1e6;
  }
}

const at = 0;
const beganAt = 1;
