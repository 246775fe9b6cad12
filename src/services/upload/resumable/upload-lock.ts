import { FilemillError } from '#domain/errors.ts';
import { onAbort } from '#platform/abort.ts';
import { Lease } from '#platform/lease.ts';

/**
 * Of the time of a lock. The last third belongs to a write that is on its way, so that it ends before another's first.
 */
const usableShare = 2 / 3;

/** One call's right to change an upload. */
export class UploadLock extends Lease<'TAKEN'> implements AsyncDisposable {
  readonly uploadId: string;
  readonly token: string;
  readonly #giveBack: (lock: UploadLock) => Promise<void>;
  readonly #wanted = new AbortController();
  readonly #back = Promise.withResolvers<void>();

  constructor(uploadId: string, token: string, giveBack: (lock: UploadLock) => Promise<void>) {
    super();
    this.uploadId = uploadId;
    this.token = token;
    this.#giveBack = giveBack;
  }

  /** Aborted once a later call waits for this one: take in no more. */
  get wanted(): AbortSignal {
    return this.#wanted.signal;
  }

  /** Counts only the time in which a write may begin. */
  override renewed(sentAt: number, lockMs: number): void {
    super.renewed(sentAt, lockMs * usableShare);
  }

  /** A later call waits for this one. */
  giveWay(): void {
    this.#wanted.abort(givesWay());
  }

  /** Asks its holder to give way, and waits until it has. @throws FilemillError UPLOAD_LOCKED when the signal comes first */
  async givenBack(signal: AbortSignal): Promise<void> {
    this.giveWay();
    const { promise, reject } = Promise.withResolvers<never>();
    using _ = onAbort(signal, () => reject(new FilemillError('UPLOAD_LOCKED')));
    await Promise.race([this.#back.promise, promise]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#giveBack(this);
    this.#back.resolve();
  }

  protected override loss(): FilemillError {
    return new FilemillError('UPLOAD_LOCKED', 'The lock on the upload was lost.');
  }
}

function givesWay(): FilemillError {
  return new FilemillError('UPLOAD_LOCKED', 'A later call went on with the upload.');
}
