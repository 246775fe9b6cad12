/** Bytes that may be in memory at the same time; who asks for more than is left waits in line. */
export class MemoryBudget {
  #free: number;
  readonly #line: { readonly bytes: number; readonly enter: () => void }[] = [];

  constructor(bytes: number) {
    this.#free = bytes;
  }

  /**
   * Resolves when the bytes are there; dispose of it to give them back.
   *
   * @param bytes far fewer than there are in all
   */
  take(bytes: number): Disposable | Promise<Disposable> {
    if (this.#line.length === 0 && bytes <= this.#free) return this.#taken(bytes);
    const { promise, resolve } = Promise.withResolvers<Disposable>();
    this.#line.push({ bytes, enter: () => resolve(this.#taken(bytes)) });
    return promise;
  }

  #taken(bytes: number): Disposable {
    this.#free -= bytes;
    return {
      [Symbol.dispose]: () => {
        this.#free += bytes;
        this.#next();
      },
    };
  }

  #next(): void {
    for (let first = this.#line[0]; first !== undefined && first.bytes <= this.#free; first = this.#line[0]) {
      this.#line.shift();
      first.enter();
    }
  }
}
