import { isRedisAway } from '#adapters/redis/connection.ts';
import type { StoreReport } from '#domain/store-fault.ts';
import type { Work, WorkSource } from '#domain/work-source.ts';
import { sleep } from '#platform/abort.ts';
import type { Logger } from '#platform/logger.ts';

/** A work source with the name that heartbeats carry. */
export interface NamedWorkSource extends WorkSource {
  readonly name: 'redis' | 'direct';
  /** How Redis is; absent for a source without one. */
  readonly report: StoreReport | undefined;
}

interface RedisSource extends WorkSource {
  /** Rejects while Redis cannot be used for taking work. */
  probe(): Promise<void>;
  readonly report: StoreReport;
}

interface DirectSource extends WorkSource {
  next(max: number, signal: AbortSignal, waitMs?: number): Promise<Work>;
}

const probeEveryMs = 2_000;
/** So that the return to Redis is not held up by a long poll. */
const directWaitMs = 2_000;
/** Redis may answer and yet hear no ring, because whoever rings cannot reach it: look for oneself then. */
const lookAfterIdleMs = 10_000;
const lookForMs = 250;

/**
 * Takes work by the doorbell while Redis answers, and straight from the metadata service while it does
 * not; says so once each way. A claim that fails is not Redis's fault and goes to the caller.
 */
export class FallbackWorkSource implements NamedWorkSource {
  readonly #redis: RedisSource;
  readonly #direct: DirectSource;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  #redisAway = false;
  #lastLookAt = performance.now();
  /** The last look found files that nobody had rung for: there may be more. */
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
    this.#logger.warn({ detail: error.message }, 'work comes straight from metadata until Redis is back');
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
    if (!signal.aborted) this.#logger.info('work comes by the doorbell again');
  }
}
