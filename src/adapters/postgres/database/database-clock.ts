import type { Database, Statement } from './database.ts';

/** The readings of PostgreSQL's clock over some time, projected to now. They differ noticeably only around a step. */
export interface ClockRange {
  /** A parameter of type timestamptz. */
  readonly earliest: Date | 'infinity';
  readonly latest: Date | '-infinity';
}

/** The range of a caller that relies on PostgreSQL's present time. */
export const presentTime: ClockRange = { earliest: 'infinity', latest: '-infinity' };

export interface ClockStep {
  /** By PostgreSQL's clock, after the step. */
  readonly at: Date;
  /** Negative when the clock was set back. */
  readonly seconds: number;
}

interface ClockOptions {
  /** The longest range that callers ask for. */
  readonly longestMs: number;
  /** Called with each step. */
  readonly onStep?: (step: ClockStep) => void;
  /** For tests: PostgreSQL's clock, this host's clock and the monotonic one, in milliseconds. */
  readonly askTime?: () => Promise<number>;
  readonly hostTime?: () => number;
  readonly steadyTime?: () => number;
}

/** PostgreSQL's clock minus the monotonic clock was between `low` and `high`. */
interface Sample {
  readonly at: number;
  readonly low: number;
  readonly high: number;
}

/** Slewing changes a clock by less than this between two readings. */
const stepMs = 2_000;
/** How many redundant samples are kept for the longest range. */
const samplesKept = 600;
const sameMs = 50;

const ask: Statement = {
  name: 'clock',
  text: 'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
};

/**
 * PostgreSQL's clock, as this process saw it beside its own monotonic clock. A lease by that clock is over when the clock has
 * said so for the duration of the lease: see `isOver`.
 */
export class DatabaseClock {
  readonly #longestMs: number;
  readonly #askTime: () => Promise<number>;
  readonly #steadyTime: () => number;
  readonly #onStep: (step: ClockStep) => void;
  /** Oldest first. The first sample is this host's clock, in place of PostgreSQL's earlier readings. */
  #samples: readonly [Sample, ...Sample[]];
  #seen = false;
  #step: ClockStep | undefined;

  constructor(database: Database, options: ClockOptions) {
    this.#longestMs = options.longestMs;
    this.#askTime = options.askTime ?? (async () => (await database.query<{ ms: number }>(ask))[0]?.ms as number);
    this.#steadyTime = options.steadyTime ?? (() => performance.now());
    this.#onStep = options.onStep ?? (() => undefined);
    const at = this.#steadyTime();
    const difference = (options.hostTime ?? Date.now)() - at;
    this.#samples = [{ at, low: difference, high: difference }];
  }

  /** PostgreSQL's time now; before the first reading, this host's. */
  get now(): Date {
    return new Date(this.#last.low + this.#steadyTime());
  }

  /** The latest step that was seen. */
  get step(): ClockStep | undefined {
    return this.#step;
  }

  /** Reads the clock; to be called every few seconds. */
  async look(): Promise<void> {
    const sentAt = this.#steadyTime();
    const ms = await this.#askTime();
    const at = this.#steadyTime();
    const sample = { at, low: ms - at, high: ms - sentAt };
    if (this.#seen) this.#noteStep(ms, difference(this.#last, sample));
    this.#keep(sample);
    this.#seen = true;
  }

  /** Over the last `ms` milliseconds. */
  range(ms: number): ClockRange {
    const now = this.#steadyTime();
    const first = this.#samples.findLastIndex(({ at }) => at <= now - ms);
    const within = this.#samples.slice(Math.max(0, first));
    return {
      earliest: new Date(now + Math.min(...within.map(({ low }) => low))),
      latest: new Date(now + Math.max(...within.map(({ high }) => high))),
    };
  }

  get #last(): Sample {
    return this.#samples.at(-1) ?? this.#samples[0];
  }

  #noteStep(ms: number, movedMs: number): void {
    if (Math.abs(movedMs) < stepMs) return;
    this.#step = { at: new Date(ms), seconds: movedMs / 1_000 };
    this.#onStep(this.#step);
  }

  #keep(sample: Sample): void {
    const last = this.#last;
    const isNews = sample.low < last.low - sameMs || sample.high > last.high + sameMs;
    if (this.#seen && !isNews && sample.at - last.at < this.#longestMs / samplesKept) return;
    const all: [Sample, ...Sample[]] = [...this.#samples, sample];
    // The last sample before the longest range shows the clock at its beginning, so it stays.
    while (all[1] !== undefined && all[1].at <= sample.at - this.#longestMs) all.shift();
    this.#samples = all;
  }
}

/** The least distance that the clock moved. */
function difference(earlier: Sample, later: Sample): number {
  if (later.low > earlier.high) return later.low - earlier.high;
  return later.high < earlier.low ? later.high - earlier.low : 0;
}
