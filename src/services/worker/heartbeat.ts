import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { dependencyToMessage } from '#contract/wire.ts';
import { FilemillError } from '#domain/errors.ts';
import type { StoreReport } from '#domain/store-fault.ts';
import type { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { sleep } from '#platform/abort.ts';
import type { Logger } from '#platform/logger.ts';
import type { RpcClient } from '#platform/rpc/client.ts';

export interface WorkerVitals {
  /** Threads. */
  readonly slots: number;
  /** Those of them that analyse something. */
  readonly busy: number;
  readonly source: 'redis' | 'direct';
  /** Absent without Redis. */
  readonly redis?: StoreReport;
}

const everyMs = 5_000;
const retryMs = 500;
const callTimeoutMs = 4_000;
/** After this long without an answer the metadata service counts as out of reach. */
const staleAfterMs = 12_000;

/** Tells the metadata service that this worker lives, and at the end that it leaves. */
export class Heartbeat implements AsyncDisposable {
  readonly #lifecycle: RpcClient<typeof FileLifecycleService>;
  readonly #worker: string;
  readonly #vitals: () => WorkerVitals;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  readonly #startedAt = timestampFromDate(new Date());
  readonly #running: Promise<void>;
  #answeredAt = Number.NEGATIVE_INFINITY;

  constructor(
    lifecycle: RpcClient<typeof FileLifecycleService>,
    worker: string,
    vitals: () => WorkerVitals,
    logger: Logger,
  ) {
    this.#lifecycle = lifecycle;
    this.#worker = worker;
    this.#vitals = vitals;
    this.#logger = logger;
    this.#running = this.#run();
  }

  /** @throws FilemillError UNAVAILABLE when the metadata service has not answered lately */
  assertAnswered(): void {
    if (performance.now() - this.#answeredAt > staleAfterMs)
      throw new FilemillError('UNAVAILABLE', 'The metadata service does not answer.');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#beat(true);
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const answered = await this.#beat(false);
      await sleep(answered ? everyMs : retryMs, this.#stop.signal);
    }
  }

  async #beat(leaving: boolean): Promise<boolean> {
    const { redis, ...vitals } = this.#vitals();
    const dependencies = redis ? [dependencyToMessage(redis, 'worker', this.#worker)] : [];
    try {
      await this.#lifecycle.heartbeat(
        { worker: this.#worker, startedAt: this.#startedAt, ...vitals, dependencies, leaving },
        { timeoutMs: leaving ? 1_000 : callTimeoutMs },
      );
      this.#answeredAt = performance.now();
      return true;
    } catch (error) {
      this.#logger.debug({ err: error }, 'heartbeat not answered');
      return false;
    }
  }
}
