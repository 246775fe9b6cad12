/** Open while a worker may claim files; an operator who drains the worker closes it. */
export class ClaimGate {
  readonly #stop: AbortSignal;
  #closing = new AbortController();
  #opened = Promise.withResolvers<void>();
  #signal: AbortSignal;

  /** @param stop ends every wait */
  constructor(stop: AbortSignal) {
    this.#stop = stop;
    this.#signal = AbortSignal.any([stop, this.#closing.signal]);
    stop.addEventListener('abort', () => this.#opened.resolve(), { once: true });
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Aborted when the gate closes or the worker stops: a claim in flight must end then. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  /** Resolves when the gate opens, or the worker stops. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  close(): void {
    this.#closing.abort();
  }

  open(): void {
    if (!this.isClosed) return;
    this.#closing = new AbortController();
    this.#signal = AbortSignal.any([this.#stop, this.#closing.signal]);
    this.#opened.resolve();
    this.#opened = Promise.withResolvers();
    if (this.#stop.aborted) this.#opened.resolve();
  }
}
