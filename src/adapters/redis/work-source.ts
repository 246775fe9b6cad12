import { FilemillError } from '#domain/errors.ts';
import type { StoreReport } from '#domain/store-fault.ts';
import type { ClaimByIds, Work, WorkSource } from '#domain/work-source.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { Logger } from '#platform/logger.ts';
import type { RedisConnection } from './connection.ts';
import { type Ring, WorkStream } from './work-stream.ts';

export interface RedisWorkSourceOptions {
  readonly connection: RedisConnection;
  /** The name of the worker, which holds delivered rings until they are settled. */
  readonly consumer: string;
  readonly claim: ClaimByIds;
  readonly logger: Logger;
  /** A ring that was delivered this long ago and is not settled is reclaimed. */
  readonly reclaimIdleMs?: number;
  readonly reclaimEveryMs?: number;
}

const consumerIdleMs = 3_600_000;
const forgetEveryMs = 600_000;

/**
 * Reads rings, claims the files that they name, and settles each ring after a definite answer. A ring whose claim got no
 * answer stays open: this source retries it, and after `reclaimIdleMs` any other source may reclaim it. The same happens to
 * rings whose delivery was lost, for example because the process was suspended for too long.
 */
export class RedisWorkSource implements WorkSource {
  readonly #options: Required<RedisWorkSourceOptions>;
  readonly #stream: WorkStream;
  /** Rings whose claim got no answer from the metadata service. */
  #unanswered: readonly Ring[] = [];
  /** Set when an answer was lost, with which rings after this entry may have been delivered. */
  #unheardAfter: string | undefined;
  /** How many files the latest rings named, in the mean: one while few come. */
  #filesPerRing = 1;
  #nextReclaimAt = 0;
  #nextForgetAt = 0;

  constructor(options: RedisWorkSourceOptions) {
    this.#options = { reclaimIdleMs: 15_000, reclaimEveryMs: 5_000, ...options };
    this.#stream = new WorkStream(options.connection, options.consumer);
  }

  async next(max: number, signal: AbortSignal): Promise<Work> {
    signal.throwIfAborted();
    const rings = await this.#upTo(max, await this.#rings(max));
    if (signal.aborted && rings.length > 0) await this.#stream.release(rings);
    signal.throwIfAborted();
    return await this.#claim(rings, signal);
  }

  /** Rejects while Redis cannot be used as a source of work. */
  async probe(): Promise<void> {
    await this.#stream.rehearse();
  }

  get report(): StoreReport {
    return this.#options.connection.health.report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stream.release(this.#unanswered).catch(() => undefined);
    await this.#options.connection[Symbol.asyncDispose]();
  }

  async #rings(max: number): Promise<readonly Ring[]> {
    if (this.#unanswered.length > 0) {
      const rings = this.#unanswered.slice(0, max);
      this.#unanswered = this.#unanswered.slice(max);
      return rings;
    }
    const count = Math.max(1, Math.floor(max / this.#filesPerRing));
    const reclaimed = await this.#reclaim(count);
    const rings = reclaimed.length > 0 ? reclaimed : await this.#read(count);
    await this.#dropMalformed(rings);
    const sound = rings.filter((ring) => ring.fileIds.length > 0);
    if (sound.length > 0) this.#filesPerRing = sound.flatMap((ring) => ring.fileIds).length / sound.length;
    return sound;
  }

  /** Rings anew for what is too much. */
  async #upTo(max: number, rings: readonly Ring[]): Promise<readonly Ring[]> {
    const tooMany: string[] = [];
    let room = max;
    const taken = rings.map(({ entryId, fileIds }) => {
      const fitting = fileIds.slice(0, room);
      room -= fitting.length;
      tooMany.push(...fileIds.slice(fitting.length));
      return { entryId, fileIds: fitting };
    });
    if (tooMany.length > 0) await this.#stream.ring(tooMany);
    return taken;
  }

  async #read(max: number): Promise<readonly Ring[]> {
    if (this.#unheardAfter !== undefined) {
      const rings = await this.#stream.readOpen(max, this.#unheardAfter);
      this.#unheardAfter = rings.at(-1)?.entryId;
      if (rings.length > 0) return rings;
    }
    try {
      return await this.#stream.read(max);
    } catch (error) {
      this.#unheardAfter = '0';
      throw error;
    }
  }

  async #reclaim(max: number): Promise<readonly Ring[]> {
    const now = performance.now();
    if (now >= this.#nextForgetAt) {
      this.#nextForgetAt = now + forgetEveryMs;
      await this.#stream.forgetConsumers(consumerIdleMs).catch((error: unknown) => {
        this.#options.logger.debug({ err: error }, 'idle consumers stay');
      });
    }
    if (now < this.#nextReclaimAt) return [];
    // A Redis that can be read may still refuse rings, for lack of memory, and work would start late.
    await this.#stream.rehearseRing();
    const { rings, complete } = await this.#stream.reclaim(max, this.#options.reclaimIdleMs);
    if (complete) this.#nextReclaimAt = now + this.#options.reclaimEveryMs;
    return rings;
  }

  async #dropMalformed(rings: readonly Ring[]): Promise<void> {
    const malformed = rings.filter((ring) => ring.fileIds.length === 0).map((ring) => ring.entryId);
    if (malformed.length === 0) return;
    this.#options.logger.warn({ entries: malformed }, 'dropped entries of the work stream that name no file');
    await this.#stream.settle(malformed);
  }

  async #claim(rings: readonly Ring[], signal: AbortSignal): Promise<Work> {
    const ids = new Set(rings.flatMap((ring) => ring.fileIds));
    if (ids.size === 0) return { files: [], leaseExpiresAt: performance.now(), leaseMs: 0 };
    await failpoint('worker.delivered');
    try {
      const { files, leaseMs, sentAt } = await this.#options.claim([...ids], signal);
      await failpoint('worker.claimed');
      await this.#settle(rings);
      await failpoint('worker.settled');
      return { files, leaseExpiresAt: sentAt + leaseMs, leaseMs };
    } catch (error) {
      // One of these ids may cause any other failure, so they wait for XAUTOCLAIM and block no other work.
      if (error instanceof FilemillError && error.retryAfterMs !== undefined)
        this.#unanswered = [...rings, ...this.#unanswered];
      throw error;
    }
  }

  /** Never rejects, because claimed files must reach the caller: a ring that cannot be settled will be reclaimed. */
  async #settle(rings: readonly Ring[]): Promise<void> {
    await this.#stream.settle(rings.map((ring) => ring.entryId)).catch((error: unknown) => {
      this.#options.logger.debug({ err: error }, 'rings stay open until they are reclaimed');
    });
  }
}
