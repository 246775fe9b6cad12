import { isRedisAway } from '#adapters/redis/connection.ts';
import type { StoreReport } from '#domain/store-fault.ts';
import type { Work, WorkSource } from '#domain/work-source.ts';
import { sleep } from '#platform/abort.ts';
import type { Logger } from '#platform/logger.ts';

/** A work source with the name that heartbeats carry. */
export interface NamedWorkSource extends WorkSource {
  readonly name: 'redis' | 'direct';
  /** The state of Redis; undefined for a source without it. */
  readonly report: StoreReport | undefined;
}

interface RedisSource extends WorkSource {
  /** Rejects while no work can be taken from Redis. */
  probe(): Promise<void>;
  readonly report: StoreReport;
}

interface DirectSource extends WorkSource {
  next(max: number, signal: AbortSignal, waitMs?: number): Promise<Work>;
}

const probeEveryMs = 2_000;
/** Short, so that a long poll does not delay the return to Redis. */
const directWaitMs = 2_000;
/** Redis may answer and yet receive no rings, if upload cannot reach it: an idle worker then polls directly. */
const lookAfterIdleMs = 10_000;
const lookForMs = 250;

/**
 * Takes work by the doorbell while Redis answers, and straight from the metadata service while it does not; logs each
 * change once. A claim that fails is not the fault of Redis and goes to the caller.
 */
export class FallbackWorkSource implements NamedWorkSource {
  readonly #redis: RedisSource;
  readonly #direct: DirectSource;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  #redisAway = false;
  #lastLookAt = performance.now();
  /** The last poll found files without a ring: there may be more. */
  #moreOverlooked = false;

  constructor(redis: RedisSource, direct: DirectSource, logger: Logger) {
    this.#redis = redis;
    this.#direct = direct;
    this.#logger = logger;
  }

  get name(): 'redis' | 'direct' {
    return this.#redisAway ? 'direct' : 'redis';
  }

  get report(): StoreReport {
    return this.#redis.report;
  }

  async next(max: number, signal: AbortSignal): Promise<Work> {
    if (this.#redisAway) return await this.#direct.next(max, signal, directWaitMs);
    if (this.#moreOverlooked) {
      const work = await this.#look(max, signal);
      if (work.files.length > 0) return work;
    }
    try {
      const work = await this.#redis.next(max, signal);
      if (work.files.length > 0) this.#lastLookAt = performance.now();
      else if (this.#idleTooLong()) return await this.#look(max, signal);
      return work;
    } catch (error) {
      if (!isRedisAway(error)) throw error;
      this.#fallBack(error as Error);
      return await this.#direct.next(max, signal, directWaitMs);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#redis[Symbol.asyncDispose]();
    await this.#direct[Symbol.asyncDispose]();
  }

  #idleTooLong(): boolean {
    return performance.now() - this.#lastLookAt > lookAfterIdleMs;
  }

  async #look(max: number, signal: AbortSignal): Promise<Work> {
    this.#lastLookAt = performance.now();
    const work = await this.#direct.next(max, signal, lookForMs);
    this.#moreOverlooked = work.files.length > 0;
    return work;
  }

  #fallBack(error: Error): void {
    this.#redisAway = true;
    // The owner of the connection has warned of the outage.
    this.#logger.info({ detail: error.message }, 'Redis is unavailable: claiming straight from the metadata service');
    void this.#return();
  }

  async #return(): Promise<void> {
    const { signal } = this.#stop;
    while (this.#redisAway && !signal.aborted) {
      await sleep(probeEveryMs, signal);
      await this.#redis.probe().then(
        () => {
          this.#redisAway = false;
        },
        () => undefined,
      );
    }
    if (!signal.aborted) this.#logger.info('Redis is back: claiming by the doorbell');
  }
}
