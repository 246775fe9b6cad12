import { readFile, writeFile } from 'node:fs/promises';
import type { RoundOutcome } from './round.ts';

/** One row of the table, added up over rounds and runs. */
export interface Total {
  readonly row: number;
  readonly name: string;
  readonly title: string;
  rounds: number;
  injected: number;
  acknowledged: number;
  lost: number;
  duplicated: number;
  /** Rounds that proved nothing. */
  unproven: number;
  /** Milliseconds, one a round. */
  recoveries: number[];
}

export interface Totals {
  /** Of the runs that were added up. */
  readonly seeds: string[];
  readonly rows: Total[];
}

/** @param path a file that an earlier run wrote; a run without one begins at nothing */
export async function loadTotals(path: string | undefined): Promise<Totals> {
  const text = path === undefined ? undefined : await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? { seeds: [], rows: [] } : (JSON.parse(text) as Totals);
}

export async function saveTotals(path: string, totals: Totals): Promise<void> {
  await writeFile(path, `${JSON.stringify(totals, null, 1)}\n`);
}

export function addRound(
  totals: Totals,
  { row, name, title }: Pick<Total, 'row' | 'name' | 'title'>,
  outcome: RoundOutcome,
): Total {
  let total = totals.rows.find((candidate) => candidate.name === name);
  if (total === undefined) {
    const nothing = { rounds: 0, injected: 0, acknowledged: 0, lost: 0, duplicated: 0, unproven: 0 };
    total = { row, name, title, ...nothing, recoveries: [] };
    totals.rows.push(total);
  }
  total.rounds += 1;
  total.injected += outcome.injected;
  total.acknowledged += outcome.acknowledged;
  total.lost += outcome.lost.length;
  total.duplicated += outcome.duplicated.length;
  if (outcome.unproven !== undefined) total.unproven += 1;
  else total.recoveries.push(Math.round(outcome.recoveryMs));
  return total;
}

export type Verdict = 'survived' | 'LOST' | 'DUPLICATED' | 'UNPROVEN';

/** A row counts as survived only when every one of its rounds saw the damage done. */
export function verdictOf({ rounds, lost, duplicated, unproven }: Total): Verdict {
  if (lost > 0) return 'LOST';
  if (duplicated > 0) return 'DUPLICATED';
  return rounds === 0 || unproven > 0 ? 'UNPROVEN' : 'survived';
}

/** The nearest-rank percentile; undefined of nothing. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}
