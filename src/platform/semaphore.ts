import { onAbort } from './abort.ts';

/** A weighted semaphore: permits stand for slots or bytes and are granted in the order of the requests. */
export class Semaphore {
  readonly size: number;
  readonly #line = new Set<{ readonly weight: number; readonly enter: () => void }>();
  #taken = 0;

  constructor(size: number) {
    this.size = size;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Takes permits until the handle is disposed of; undefined when too few are free. */
  tryTake(weight = 1): Disposable | undefined {
    return this.#line.size === 0 && this.#taken + weight <= this.size ? this.#take(weight) : undefined;
  }

  /**
   * Waits in line for permits; disposing of the handle releases them. Rejects with the reason of the signal if it is
   * aborted first.
   *
   * @param weight at most `size`
   */
  take(signal: AbortSignal, weight = 1): Disposable | Promise<Disposable> {
    signal.throwIfAborted();
    return this.tryTake(weight) ?? this.#turn(signal, weight);
  }

  async #turn(signal: AbortSignal, weight: number): Promise<Disposable> {
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
    const waiter = { weight, enter: () => resolve(this.#take(weight)) };
    this.#line.add(waiter);
    using _ = onAbort(signal, () => {
      if (!this.#line.delete(waiter)) return;
      reject(signal.reason);
      // A lighter waiter behind this one may fit now.
      this.#next();
    });
    return await promise;
  }

  #take(weight: number): Disposable {
    this.#taken += weight;
    return {
      [Symbol.dispose]: () => {
        this.#taken -= weight;
        this.#next();
      },
    };
  }

  #next(): void {
    for (const waiter of this.#line) {
      if (this.#taken + waiter.weight > this.size) return;
      this.#line.delete(waiter);
      waiter.enter();
    }
  }
}
