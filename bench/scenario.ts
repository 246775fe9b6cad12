import type { Figure } from './figure.ts';

export interface Bench {
  /** Seconds instead of minutes: enough to see that something is slow, not how fast it is. */
  readonly quick: boolean;
  /** Tells of what is going on. */
  readonly note: (line: string) => void;
  /** Further environment of the processes that are measured. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Scenario {
  readonly name: string;
  /** What it measures, in a line. */
  readonly title: string;
  run(bench: Bench): Promise<Figure[]>;
}
