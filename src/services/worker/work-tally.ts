import { type Timestamp, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { errorCode, type Reason } from '#domain/errors.ts';

/** What a heartbeat tells of the work: filemill.v1.WorkerFigures. */
export interface WorkFigures {
  readonly filesPerSecond: number;
  readonly memoryBytes: bigint;
  readonly lastErrorCode?: string;
  readonly lastErrorAt?: Timestamp;
}

/** Counts the files that a worker brings to their end, for its heartbeats. */
export class WorkTally {
  #ended = 0;
  #since = performance.now();
  #lastError: { readonly reason: Reason; readonly at: Date } | undefined;

  completed(): void {
    this.#ended += 1;
  }

  failed(reason: Reason): void {
    this.#ended += 1;
    this.#lastError = { reason, at: new Date() };
  }

  /** The rate is that since the latest reading. */
  read(): WorkFigures {
    const now = performance.now();
    const filesPerSecond = (this.#ended * 1_000) / Math.max(1, now - this.#since);
    this.#ended = 0;
    this.#since = now;
    const error = this.#lastError;
    return {
      filesPerSecond,
      memoryBytes: BigInt(process.memoryUsage.rss()),
      ...(error && { lastErrorCode: errorCode(error.reason), lastErrorAt: timestampFromDate(error.at) }),
    };
  }
}
