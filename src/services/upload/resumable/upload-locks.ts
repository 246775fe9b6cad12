import { randomUUID } from 'node:crypto';
import { maxBatchItems } from '#contract/requests.ts';
import { FilemillError } from '#domain/errors.ts';
import {
  LockUploadsResponse_Outcome as Outcome,
  type UploadLockService,
} from '#gen/filemill/internal/v1/upload_lock_service_pb.ts';
import { onAbort, sleep } from '#platform/abort.ts';
import { Lease, Renewals } from '#platform/lease.ts';
import type { Logger } from '#platform/logger.ts';
import { pair } from '#platform/pair.ts';
import type { RpcClient } from '#platform/rpc/client.ts';

/** How long a call waits for the current holder to give way. */
const defaultWaitMs = 5_000;
const pollMs = 200;
/** The current holder learns at a renewal that it should give way. */
const renewalsPerLock = 8;
const timeoutMs = 2_000;

/**
 * Locks on resumable uploads. Between replicas the metadata service decides; within this process one call hands over
 * to the next. The later call wins: its client has probably reconnected while its first call still waits for it.
 */
export class UploadLocks implements Disposable {
  readonly #service: RpcClient<typeof UploadLockService>;
  readonly #logger: Logger;
  readonly #waitMs: number;
  /** Held or being acquired by this process: one per upload. */
  readonly #locks = new Map<string, UploadLock>();
  readonly #renewals: Renewals<UploadLock>;

  constructor(service: RpcClient<typeof UploadLockService>, logger: Logger, { waitMs = defaultWaitMs } = {}) {
    this.#service = service;
    this.#logger = logger;
    this.#waitMs = waitMs;
    this.#renewals = new Renewals({
      held: () => this.#locks.values(),
      whenLeft: 1,
      renew: (locks) => this.#ask(locks, { renewal: true }),
      maxBatch: maxBatchItems,
      logger,
    });
  }

  /** Takes the lock once its holder has given way. @throws FilemillError UPLOAD_LOCKED or UNAVAILABLE */
  async take(uploadId: string, signal: AbortSignal): Promise<UploadLock> {
    const giveUp = AbortSignal.any([signal, AbortSignal.timeout(this.#waitMs)]);
    for (let earlier = this.#locks.get(uploadId); earlier !== undefined; earlier = this.#locks.get(uploadId))
      await earlier.released(giveUp);
    const lock = new UploadLock(uploadId, randomUUID(), (over) => this.#release(over));
    this.#locks.set(uploadId, lock);
    try {
      await this.#untilHeld(lock, AbortSignal.any([giveUp, lock.wanted]));
      return lock;
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#renewals[Symbol.dispose]();
  }

  async #untilHeld(lock: UploadLock, giveUp: AbortSignal): Promise<void> {
    while (!(await this.#ask([lock], { renewal: false }))) {
      await sleep(pollMs, giveUp);
      if (giveUp.aborted) throw new FilemillError('UPLOAD_LOCKED');
    }
  }

  /** Answers whether all are held. */
  async #ask(locks: readonly UploadLock[], { renewal }: { readonly renewal: boolean }): Promise<boolean> {
    const sentAt = performance.now();
    const columns = { uploadIds: locks.map(({ uploadId }) => uploadId), tokens: locks.map(({ token }) => token) };
    const { outcomes, lockMs } = await this.#service.lockUploads({ ...columns, renewal }, { timeoutMs });
    this.#renewals.begin(lockMs / renewalsPerLock);
    for (const [lock, outcome] of pair(locks, outcomes)) {
      if (outcome !== Outcome.TAKEN) lock.renewed(sentAt, lockMs);
      else if (renewal) lock.lose('TAKEN');
      if (outcome === Outcome.WANTED) lock.giveWay();
    }
    return outcomes.every((outcome) => outcome !== Outcome.TAKEN);
  }

  /** If the release is lost, other replicas wait until the lock expires. */
  async #release({ uploadId, token }: UploadLock): Promise<void> {
    try {
      await this.#service.unlockUploads({ uploadIds: [uploadId], tokens: [token] }, { timeoutMs });
    } catch (error) {
      this.#logger.debug({ err: error, uploadId }, 'an upload lock was not released');
    } finally {
      this.#locks.delete(uploadId);
    }
  }
}

/** Share of a lock in which a write may begin. The rest lets it end before the next holder writes. */
const usableShare = 2 / 3;

/** The right of one call to change an upload. */
export class UploadLock extends Lease<'TAKEN'> implements AsyncDisposable {
  readonly uploadId: string;
  readonly token: string;
  readonly #release: (lock: UploadLock) => Promise<void>;
  readonly #wanted = new AbortController();
  readonly #released = Promise.withResolvers<void>();

  constructor(uploadId: string, token: string, release: (lock: UploadLock) => Promise<void>) {
    super();
    this.uploadId = uploadId;
    this.token = token;
    this.#release = release;
  }

  /** Aborted once a later call waits for this one. */
  get wanted(): AbortSignal {
    return this.#wanted.signal;
  }

  override renewed(sentAt: number, lockMs: number): void {
    super.renewed(sentAt, lockMs * usableShare);
  }

  giveWay(): void {
    this.#wanted.abort(new FilemillError('UPLOAD_LOCKED', 'A later call continued the upload.'));
  }

  /** Asks the holder to give way, and waits for it. @throws FilemillError UPLOAD_LOCKED when the signal comes first */
  async released(signal: AbortSignal): Promise<void> {
    this.giveWay();
    const { promise, reject } = Promise.withResolvers<never>();
    using _ = onAbort(signal, () => reject(new FilemillError('UPLOAD_LOCKED')));
    await Promise.race([this.#released.promise, promise]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#release(this);
    this.#released.resolve();
  }

  protected override loss(): FilemillError {
    return new FilemillError('UPLOAD_LOCKED', 'The lock on the upload was lost.');
  }
}
