import type { BlobReader } from '#domain/blob-store.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import type { Logger } from '#platform/logger.ts';
import type { RpcChannel } from '#platform/rpc/client.ts';
import type { Analysis } from './attempt.ts';
import type { ClaimWindow } from './claim-window.ts';
import type { NamedWorkSource } from './fallback-work-source.ts';
import { Heartbeat } from './heartbeat.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { AttemptsClient } from './lifecycle/attempts.ts';
import { MemoryWatch } from './memory-watch.ts';
import { Processor } from './processor.ts';

export interface WorkerOptions {
  readonly name: string;
  readonly window: ClaimWindow;
  readonly source: NamedWorkSource;
  readonly metadata: RpcChannel;
  readonly result: RpcChannel;
  readonly analysis: Analysis;
  readonly lone: Pick<Analysis, 'analyze'>;
  readonly blobs: BlobReader;
  readonly logger: Logger;
  /** See `MemoryWatch`. */
  readonly memoryMb?: number | undefined;
  /** See `AttemptTools`. */
  readonly deadlineMs?: number | undefined;
  /** See `Processor`. */
  readonly drainMs?: number;
  /** See `WaitingLine`. */
  readonly patienceMs?: number;
}

/** The duties of a worker together: it works from its construction until its disposal. */
export class Worker implements AsyncDisposable {
  readonly #memory: MemoryWatch;
  readonly #keeper: LeaseKeeper;
  readonly #processor: Processor;
  readonly #heartbeat: Heartbeat;

  constructor(options: WorkerOptions) {
    const { name, analysis, source, metadata, result, logger } = options;
    this.#memory = new MemoryWatch(options.memoryMb, logger);
    const attempts = new AttemptsClient(metadata, result);
    this.#keeper = new LeaseKeeper(attempts, logger);
    this.#processor = new Processor({ ...options, attempts, keeper: this.#keeper });
    const vitals = () => ({
      slots: analysis.threads,
      busy: this.#processor.busyThreads,
      source: source.name,
      ...(source.report && { redis: source.report }),
    });
    this.#heartbeat = new Heartbeat(metadata.client(FileLifecycleService), name, vitals, logger);
  }

  /** @throws FilemillError UNAVAILABLE while it cannot do its work */
  async ready(): Promise<void> {
    this.#heartbeat.assertAnswered();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#processor[Symbol.asyncDispose]();
    await this.#heartbeat[Symbol.asyncDispose]();
    this.#keeper[Symbol.dispose]();
    this.#memory[Symbol.dispose]();
  }
}
