import { FilemillError } from '#domain/errors.ts';
import { onAbort } from '#platform/abort.ts';

/**
 * Of the time of a lock. The last third belongs to a write that is on its way, so that it ends before another's first.
 */
const usableShare = 2 / 3;

/**
 * One call's right to change an upload. It trusts its own monotonic clock, counted from before the lock was asked for:
 * a lock that ran out by that clock is lost, whatever the others may say.
 */
export class UploadLock implements AsyncDisposable {
  readonly uploadId: string;
  readonly token: string;
  readonly #giveBack: (lock: UploadLock) => Promise<void>;
  readonly #wanted = new AbortController();
  readonly #lost = new AbortController();
  readonly #back = Promise.withResolvers<void>();
  #usableUntil: number | undefined;

  constructor(uploadId: string, token: string, giveBack: (lock: UploadLock) => Promise<void>) {
    this.uploadId = uploadId;
    this.token = token;
    this.#giveBack = giveBack;
  }

  /** Aborted once a later call waits for this one: take in no more. */
  get wanted(): AbortSignal {
    return this.#wanted.signal;
  }

  /** Aborted once the upload is no longer ours to change. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  isHeld(): boolean {
    if (this.#usableUntil !== undefined && performance.now() > this.#usableUntil) this.#lose();
    return this.#usableUntil !== undefined && !this.lost.aborted;
  }

  /** Before each change. @throws FilemillError UPLOAD_LOCKED once it is lost */
  assertHeld(): void {
    if (!this.isHeld()) throw lockLost();
  }

  /** @param sentAt in the time of `performance.now()`, before the question */
  renewed(sentAt: number, lockMs: number, { wanted }: { readonly wanted: boolean }): void {
    this.#usableUntil = sentAt + lockMs * usableShare;
    if (wanted) this.#wanted.abort(givesWay());
  }

  taken(): void {
    if (this.#usableUntil !== undefined) this.#lose();
  }

  /** Asks its holder to give way, and waits until it has. @throws FilemillError UPLOAD_LOCKED when the signal comes first */
  async givenBack(signal: AbortSignal): Promise<void> {
    this.#wanted.abort(givesWay());
    const { promise, reject } = Promise.withResolvers<never>();
    using _ = onAbort(signal, () => reject(new FilemillError('UPLOAD_LOCKED')));
    await Promise.race([this.#back.promise, promise]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#giveBack(this);
    this.#back.resolve();
  }

  #lose(): void {
    this.#lost.abort(lockLost());
  }
}

function givesWay(): FilemillError {
  return new FilemillError('UPLOAD_LOCKED', 'A later call went on with the upload.');
}

function lockLost(): FilemillError {
  return new FilemillError('UPLOAD_LOCKED', 'The lock on the upload was lost.');
}
