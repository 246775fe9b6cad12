import type { BlobReader } from '#domain/blob-store.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import type { Logger } from '#platform/logger.ts';
import type { RpcChannel } from '#platform/rpc/client.ts';
import type { Analysis } from './attempt.ts';
import type { ClaimWindow } from './claim-window.ts';
import type { NamedWorkSource } from './fallback-work-source.ts';
import { type Heartbeat, startHeartbeat } from './heartbeat.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { AttemptsClient } from './lifecycle/attempts.ts';
import { Processor } from './processor.ts';

interface WorkerOptions {
  readonly name: string;
  readonly window: ClaimWindow;
  readonly source: NamedWorkSource;
  readonly metadata: RpcChannel;
  readonly result: RpcChannel;
  readonly analysis: Analysis;
  readonly lone: Pick<Analysis, 'analyze'>;
  readonly blobs: BlobReader;
  readonly logger: Logger;
  /** See `startMemoryWatch`. */
  readonly memoryMb?: number | undefined;
  /** See `AttemptTools`. */
  readonly deadlineMs?: number | undefined;
  /** See `Processor`. */
  readonly drainMs?: number;
  /** See `WaitingLine`. */
  readonly patienceMs?: number;
}

/** The duties of a worker together: it works from its start until its disposal. */
export class Worker implements AsyncDisposable {
  readonly #parts: AsyncDisposableStack;
  readonly #heartbeat: Heartbeat;

  private constructor(parts: AsyncDisposableStack, heartbeat: Heartbeat) {
    this.#parts = parts;
    this.#heartbeat = heartbeat;
  }

  static start(options: WorkerOptions): Worker {
    const { name, analysis, source, metadata, result, logger } = options;
    const parts = new AsyncDisposableStack();
    parts.use(startMemoryWatch(options.memoryMb, logger));
    const attempts = new AttemptsClient(metadata, result);
    const keeper = parts.use(new LeaseKeeper(attempts, logger));
    const processor = Processor.start({ ...options, attempts, keeper });
    const vitals = () => ({
      slots: analysis.threads,
      busy: processor.busyThreads,
      source: source.name,
      ...(source.report && { redis: source.report }),
    });
    const lifecycle = metadata.client(FileLifecycleService);
    const heartbeat = parts.use(startHeartbeat({ lifecycle, worker: name, vitals, logger }));
    parts.use(processor);
    return new Worker(parts, heartbeat);
  }

  /** @throws FilemillError UNAVAILABLE while it cannot do its work */
  async ready(): Promise<void> {
    this.#heartbeat.assertAnswered();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }
}

const lookEveryMs = 50;

/**
 * Ends this process at once when it holds more memory than it may: what a thread's limits do not count, such
 * as Buffers, would otherwise take the machine down. Its files then run again, each alone.
 *
 * @param limitMb largest resident memory in MiB; undefined for none
 */
function startMemoryWatch(limitMb: number | undefined, logger: Logger): Disposable {
  const look = (limit: number) => {
    const rssMb = Math.round(process.memoryUsage.rss() / 2 ** 20);
    if (rssMb <= limit) return;
    logger.fatal({ rssMb, limitMb }, 'more memory in use than FILEMILL_WORKER_MEMORY_MB allows: ending at once');
    process.kill(process.pid, 'SIGKILL');
  };
  const timer = limitMb === undefined ? undefined : setInterval(look, lookEveryMs, limitMb).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
