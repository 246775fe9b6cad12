import type { ServerResponse } from 'node:http';
import { sleep } from '#platform/abort.ts';

/** Shorter than the shutdown backstop of the process. */
const drainMs = 20_000;

/** Lets requests in progress end before connections are closed, as uploads are worth waiting for. */
export class Drain {
  readonly #open = new Set<ServerResponse>();
  #ended = Promise.withResolvers<void>();
  #draining = false;

  get draining(): boolean {
    return this.#draining;
  }

  enter(response: ServerResponse): void {
    this.#open.add(response);
    const leave = () => {
      this.#open.delete(response);
      if (this.#open.size === 0) this.#ended.resolve();
    };
    response.once('finish', leave);
    response.once('close', leave);
  }

  /** Resolves when no request is open, or after `drainMs`. */
  async finish(): Promise<void> {
    this.#draining = true;
    this.#ended = Promise.withResolvers();
    if (this.#open.size === 0) return;
    const patience = new AbortController();
    await Promise.race([this.#ended.promise, sleep(drainMs, patience.signal)]);
    patience.abort();
  }
}
