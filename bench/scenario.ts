import type { Figure } from './figure.ts';

export interface Bench {
  /** Seconds instead of minutes: enough to see that something is slow, not how fast it is. */
  readonly quick: boolean;
  /** Prints progress. */
  readonly note: (line: string) => void;
  /** Further environment of the processes that are measured. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Scenario {
  readonly name: string;
  /** Says in one line what is measured. */
  readonly title: string;
  /** Whether it runs by `--only` alone, since it needs more than npm brings. */
  readonly onlyWhenAsked?: true;
  run(bench: Bench): Promise<Figure[]>;
}
