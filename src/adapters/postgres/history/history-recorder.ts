import { type Duty, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';
import type { Database } from '../database/database.ts';
import { addHistory } from './history.ts';
import { HistoryTally } from './history-tally.ts';

interface RecorderOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly everyMs?: number;
}

/**
 * Counts in memory what this process did to files, and adds it to the history every few seconds and when the service stops: one
 * statement, however many files. A crash loses the figures of those seconds, and no file.
 */
export class HistoryRecorder extends HistoryTally implements AsyncDisposable {
  readonly #options: RecorderOptions;
  readonly #duty: Duty;

  private constructor(options: RecorderOptions) {
    super();
    const { logger, everyMs = 10_000 } = options;
    this.#options = options;
    let isFirst = true;
    this.#duty = startDuty({
      name: 'history',
      logger,
      round: async () => {
        if (!isFirst) await this.flush();
        isFirst = false;
        return everyMs;
      },
    });
  }

  static start(options: RecorderOptions): HistoryRecorder {
    return new HistoryRecorder(options);
  }

  /** If PostgreSQL does not answer, the figures wait; if it wrote them and the answer was lost, they count twice. */
  async flush(): Promise<void> {
    const figures = this.take();
    try {
      await addHistory(this.#options.database, figures);
    } catch (error) {
      this.giveBack(figures);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#duty[Symbol.asyncDispose]();
    await this.flush().catch((error: unknown) => {
      this.#options.logger.warn({ err: error }, 'the latest figures of the history are lost');
    });
  }
}
