/** Where in a hand-over its thread is, in memory that outlives the thread. */
export class Progress {
  readonly #cells: BigInt64Array<SharedArrayBuffer>;

  constructor(memory = new SharedArrayBuffer(3 * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.#cells = new BigInt64Array(memory);
  }

  get memory(): SharedArrayBuffer {
    return this.#cells.buffer;
  }

  /** The time before the index: whoever reads in between takes the file for younger than it is. */
  begin(index: number): void {
    this.beginStep(0);
    Atomics.store(this.#cells, at, BigInt(index));
  }

  /** Of the file in hand; until the next step or file. 0: the deadline of the file bounds it. */
  beginStep(budgetMs: number): void {
    Atomics.store(this.#cells, beganAt, process.hrtime.bigint());
    Atomics.store(this.#cells, budget, BigInt(budgetMs));
  }

  get budgetMs(): number {
    return Number(Atomics.load(this.#cells, budget));
  }

  /** The file in hand; 0 also before the first is begun. */
  get index(): number {
    return Number(Atomics.load(this.#cells, at));
  }

  /** How long it, or its step, has been in hand, in milliseconds; 0 before the first is begun. */
  get elapsedMs(): number {
    const began = Atomics.load(this.#cells, beganAt);
    return began === 0n ? 0 : Number(process.hrtime.bigint() - began) / 1e6;
  }
}

const at = 0;
const beganAt = 1;
const budget = 2;
