import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AnalysisFile } from '#domain/analysis.ts';
import { FilemillError } from '#domain/errors.ts';
import { onAbort } from '#platform/abort.ts';
import type { ProcessAnswer, ProcessOrder, ProcessSettings } from './analysis-process.ts';
import type { AnalysisOutcome } from './analysis-thread.ts';

/** The process enforces the deadline itself; this long after it, the process counts as frozen. */
const frozenAfterMs = 30_000;

/** The process ended while it held the file, or was killed because of it. */
export class ProcessDeath extends Error {
  override readonly name = 'ProcessDeath';
  override readonly cause: FilemillError;

  constructor(cause: FilemillError) {
    super(cause.message);
    this.cause = cause;
  }
}

/** A child process that analyses one file at a time. */
export class LoneProcess {
  readonly #child: ChildProcess;
  readonly #memoryMb: number;
  readonly #ended: Promise<FilemillError>;
  #outgrown = false;

  constructor(settings: ProcessSettings) {
    this.#memoryMb = settings.memoryMb;
    // The environment is empty, because an analysis of foreign content must not see passwords.
    this.#child = fork(entry, [JSON.stringify(settings)], {
      execArgv: [],
      env: {},
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    // A message to a dead process is lost; its death is reported by `exit`.
    this.#child.on('error', () => undefined);
    this.#child.on('message', (answer: ProcessAnswer) => {
      if ('outgrown' in answer) this.#outgrown = true;
    });
    this.#ended = this.#end();
  }

  get alive(): boolean {
    return this.#child.connected;
  }

  /** @throws ProcessDeath, or the reason of an aborted signal, which also ends the process */
  async run(file: AnalysisFile, deadlineMs: number, signal: AbortSignal): Promise<AnalysisOutcome> {
    using stack = new DisposableStack();
    const { promise, resolve, reject } = Promise.withResolvers<AnalysisOutcome>();
    const answer = (message: ProcessAnswer) => {
      if ('alive' in message) timer.refresh();
      else if (!('outgrown' in message)) resolve(message);
    };
    this.#child.on('message', answer);
    stack.defer(() => this.#child.off('message', answer));
    stack.use(onAbort(signal, () => this.#abandon(reject, signal.reason)));
    const frozen = new ProcessDeath(
      new FilemillError('ANALYZER_TIMEOUT', 'The process of the analysis stopped responding.'),
    );
    const timer = setTimeout(() => this.#abandon(reject, frozen), deadlineMs + frozenAfterMs);
    stack.defer(() => clearTimeout(timer));
    void this.#ended.then((cause) => reject(new ProcessDeath(cause)));
    this.#child.send({ file, deadlineMs } satisfies ProcessOrder, () => undefined);
    return await promise;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #abandon(reject: (reason: unknown) => void, reason: unknown): void {
    reject(reason);
    this.#child.kill('SIGKILL');
  }

  async #end(): Promise<FilemillError> {
    try {
      const [code, signal] = (await once(this.#child, 'exit')) as [number | null, NodeJS.Signals | null];
      if (this.#outgrown)
        return new FilemillError(
          'ANALYZER_OUT_OF_MEMORY',
          `The analysis needed more than the ${this.#memoryMb} MiB that its process may use.`,
        );
      const how = signal === null ? `with code ${code}` : `by ${signal}`;
      return new FilemillError('WORKER_CRASHED', `The process that ran the analysis alone ended ${how}.`);
    } catch (cause) {
      return new FilemillError('ANALYZER_ERROR', `The process cannot be started: ${(cause as Error).message}`, {
        cause,
      });
    }
  }
}

const entry = fileURLToPath(new URL('./analysis-process.ts', import.meta.url));
