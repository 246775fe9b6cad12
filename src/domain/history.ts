import type { Histogram } from './histogram.ts';

/** The steps in which history is kept. */
export const historySteps = ['minute', 'hour', 'day'] as const;

export type HistoryStep = (typeof historySteps)[number];

export const stepMs: Readonly<Record<HistoryStep, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** For how many days each step is kept. */
export const historyKeptDays: Readonly<Record<HistoryStep, number>> = { minute: 7, hour: 366, day: 3_660 };

/** What happened within one step. */
export interface HistoryFigures {
  readonly accepted: number;
  readonly acceptedBytes: number;
  readonly completed: number;
  readonly completedBytes: number;
  /** Files that became FAILED, by reason. */
  readonly failed: Readonly<Record<string, number>>;
  /** How long completed files waited from their registration to the claim that completed them. */
  readonly waits: Histogram;
  /** Of completed files, from their registration to their result. */
  readonly totals: Histogram;
}

/** The highest values of the samples within one step. */
export interface Backlog {
  readonly pending: number;
  readonly processing: number;
  readonly oldestPendingSeconds: number;
  readonly oldestProcessingSeconds: number;
}

export interface HistoryPoint extends HistoryFigures {
  /** When the step begins. */
  readonly at: Date;
  /** null if no sample was taken: Filemill did not run. */
  readonly backlog: Backlog | null;
}

export const nothingHappened: HistoryFigures = {
  accepted: 0,
  acceptedBytes: 0,
  completed: 0,
  completedBytes: 0,
  failed: {},
  waits: {},
  totals: {},
};
