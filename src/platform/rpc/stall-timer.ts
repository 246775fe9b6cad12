import { FilemillError } from '#domain/errors.ts';

/** A call of a client's stream that is told when it has stalled, and tells of each message that was taken. */
type Call<T> = (options: { readonly signal: AbortSignal; readonly onTaken: () => void }) => Promise<T>;

/**
 * Carries out a call that sends `size` bytes, and gives it up when the server is connected and yet takes nothing in.
 *
 * @param onMessagesTaken told how many messages the server has made room for
 * @throws FilemillError UNAVAILABLE, or whatever the call meets
 */
export async function unlessStalled<T>(
  size: number,
  signal: AbortSignal,
  call: Call<T>,
  onMessagesTaken: (count: number) => void,
): Promise<T> {
  using stalled = new StallTimer(stallMs(size));
  let taken = 0;
  const onTaken = () => {
    stalled.refresh();
    onMessagesTaken(++taken);
  };
  try {
    return await call({ signal: AbortSignal.any([signal, stalled.signal]), onTaken });
  } catch (error) {
    if (stalled.signal.aborted) throw new FilemillError('UNAVAILABLE', 'The server took nothing in for too long.');
    throw error;
  }
}

/** Covers the silence after the last chunk too, while the server reads the file back and syncs it. */
function stallMs(size: number): number {
  return 60_000 + size / 20_000;
}

class StallTimer implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.#timer = setTimeout(() => this.#controller.abort(), ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  refresh(): void {
    this.#timer.refresh();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
