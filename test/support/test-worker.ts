import { type Logger, pino } from 'pino';
import { RedisConnection } from '#adapters/redis/connection.ts';
import { RedisWorkSource } from '#adapters/redis/work-source.ts';
import { LocalBlobReader } from '#adapters/volume/local-blob-reader.ts';
import { Isolates } from '#analysis/run/isolates.ts';
import { AnalysisPool } from '#analysis/run/pool.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { never } from '#platform/abort.ts';
import { thisService } from '#platform/this-service.ts';
import type { Analysis } from '#services/worker/attempt.ts';
import { fixedWindow } from '#services/worker/claim-window.ts';
import { FallbackWorkSource } from '#services/worker/fallback-work-source.ts';
import { DirectWorkSource } from '#services/worker/lifecycle/claims.ts';
import { startWorker as start } from '#services/worker/worker.ts';
import { type Backend, claimerFor } from './backend.ts';

export interface TestWorkerOptions {
  readonly name?: string;
  readonly slots?: number;
  readonly drainMs?: number;
  readonly patienceMs?: number;
  /** The pool of production unless given; the caller disposes of its own. */
  readonly analysis?: Analysis;
}

/** A worker in this process, put together as its main does. */
export interface TestWorker extends AsyncDisposable {
  /** Messages of level info and above, in order, with their `why` if they have one: `claim dropped: FENCED`. */
  readonly messages: readonly string[];
}

export async function startWorker(backend: Backend, options: TestWorkerOptions = {}): Promise<TestWorker> {
  const { name = 'tester', slots = 12 } = options;
  const window = fixedWindow(slots);
  const messages: string[] = [];
  const write = (line: string) => {
    const { msg, why } = JSON.parse(line) as { msg: string; why?: string };
    messages.push(why === undefined ? msg : `${msg}: ${why}`);
  };
  const logger = pino({ level: 'info' }, { write });
  const resources = new AsyncDisposableStack();
  const analysis = options.analysis ?? resources.use(new AnalysisPool({ threads: 2, heapMb: 256 }));
  const isolates = resources.use(await Isolates.open({ processes: 2, memoryMb: 512, findingsDeadlineMs: 20_000 }));
  const source = resources.use(openSource(backend, name, logger));
  const { metadata, result, storageDir } = backend;
  const blobs = new LocalBlobReader(storageDir);
  const about = thisService({});
  resources.use(
    start({ ...options, about, name, window, source, metadata, result, analysis, isolates, blobs, logger }),
  );
  return { messages, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

function openSource(backend: Backend, name: string, logger: Logger) {
  const direct = new DirectWorkSource(backend.metadata.client(FileLifecycleService), name);
  if (backend.redisUrl === 'none') return direct;
  const connection = new RedisConnection(backend.redisUrl, logger);
  const claim = claimerFor(backend, name);
  return new FallbackWorkSource(new RedisWorkSource({ connection, consumer: name, claim, logger }), direct, logger);
}

/** An analysis that begins only when its gate is opened, file by file. */
export class GatedAnalysis implements Analysis {
  readonly threads: number;
  readonly perHandOver = 1;
  readonly #analysis: Analysis;
  readonly #gates: PromiseWithResolvers<void>[] = [];
  readonly #deaf: boolean;
  #arrived = 0;

  /** @param options `deaf`: goes on after an abort, as a zombie would */
  constructor(analysis: Analysis, { deaf = false } = {}) {
    this.#analysis = analysis;
    this.threads = analysis.threads;
    this.#deaf = deaf;
  }

  /** Files that came to a gate so far. */
  get arrived(): number {
    return this.#arrived;
  }

  /** Lets the file that came as number `index` through, be it now or when it comes. */
  open(index: number): void {
    this.#gate(index).resolve();
  }

  async analyze(...[subject, { deadlineMs, signal }]: Parameters<Analysis['analyze']>) {
    const heard = this.#deaf ? never : signal;
    const gate = this.#gate(this.#arrived++);
    const aborted = Promise.withResolvers<never>();
    heard.addEventListener('abort', () => aborted.reject(heard.reason), { once: true });
    await Promise.race([gate.promise, aborted.promise]);
    return await this.#analysis.analyze(subject, { deadlineMs, signal: heard });
  }

  async analyzeAll(): Promise<never> {
    throw new Error('Files come to the gate one by one.');
  }

  #gate(index: number): PromiseWithResolvers<void> {
    while (this.#gates.length <= index) this.#gates.push(Promise.withResolvers());
    return this.#gates[index] as PromiseWithResolvers<void>;
  }
}
