import { onAbort } from './abort.ts';

/** A number of permits, such as places or bytes, given in the order of asking. */
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

  /** Takes permits until the handle is disposed of; answers undefined when so many are not free. */
  tryTake(weight = 1): Disposable | undefined {
    return this.#line.size === 0 && this.#taken + weight <= this.size ? this.#take(weight) : undefined;
  }

  /**
   * Waits in line for permits; dispose of the handle to release them. Rejects with the signal's reason when that comes
   * first.
   *
   * @param weight far fewer than there are in all
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
      // What was too much for those behind may fit now.
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
