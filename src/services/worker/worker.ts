import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import type { Logger } from '#platform/logger.ts';
import type { RpcChannel } from '#platform/rpc/client.ts';
import { observeStores } from '#platform/telemetry/observe-stores.ts';
import type { ThisService } from '#platform/this-service.ts';
import type { NamedWorkSource } from './fallback-work-source.ts';
import { startHeartbeat } from './heartbeat.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { AttemptsClient } from './lifecycle/attempts.ts';
import { Processor, type ProcessorOptions } from './processor.ts';
import { WorkTally } from './work-tally.ts';
import { observeWork } from './worker-metrics.ts';

interface WorkerOptions extends Omit<ProcessorOptions, 'attempts' | 'keeper' | 'tally'> {
  readonly name: string;
  readonly source: NamedWorkSource;
  readonly metadata: RpcChannel;
  readonly result: RpcChannel;
  readonly memoryMb?: number | undefined;
  readonly about: ThisService;
}

interface Worker extends AsyncDisposable {
  /** @throws FilemillError UNAVAILABLE while the metadata service is unreachable */
  ready(): Promise<void>;
}

/** Starts everything that a worker does; it works until its disposal. */
export function startWorker(options: WorkerOptions): Worker {
  const { name, analysis, source, metadata, result, logger } = options;
  const parts = new AsyncDisposableStack();
  parts.use(startMemoryWatch(options.memoryMb, logger));
  const attempts = new AttemptsClient(metadata, result);
  const keeper = parts.use(new LeaseKeeper(attempts, logger));
  const tally = new WorkTally();
  const processor = Processor.start({ ...options, attempts, keeper, tally });
  parts.use(observeWork({ analysis, isolates: options.isolates, processor }));
  parts.use(observeStores(() => [source.report]));
  const vitals = () => ({
    slots: analysis.threads,
    busy: processor.busyThreads,
    source: source.name,
    drained: processor.drained,
    figures: tally.read(),
    ...(source.report && { redis: source.report }),
  });
  const lifecycle = metadata.client(FileLifecycleService);
  const told = { vitals, onDrain: (draining: boolean) => processor.drain(draining) };
  const heartbeat = parts.use(startHeartbeat({ lifecycle, worker: name, ...told, about: options.about, logger }));
  parts.use(processor);
  return { ready: async () => heartbeat.assertAnswered(), [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

const lookEveryMs = 50;

/**
 * Kills this process when it exceeds its memory limit, as memory outside a thread's limits, such as Buffers, would
 * otherwise take the machine down. Its files then run again, each alone.
 *
 * @param limitMb largest resident memory in MiB; undefined for none
 */
function startMemoryWatch(limitMb: number | undefined, logger: Logger): Disposable {
  const look = (limit: number) => {
    const rssMb = Math.round(process.memoryUsage.rss() / 2 ** 20);
    if (rssMb <= limit) return;
    logger.fatal({ rssMb, limitMb }, 'the process uses more memory than FILEMILL_WORKER_MEMORY_MB allows: killing it');
    process.kill(process.pid, 'SIGKILL');
  };
  const timer = limitMb === undefined ? undefined : setInterval(look, lookEveryMs, limitMb).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
