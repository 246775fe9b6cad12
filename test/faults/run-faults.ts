import type { Fault } from './fault.ts';
import type { Ledger } from './ledger.ts';
import { rowLine } from './report.ts';
import { type RoundOutcome, runRound } from './round.ts';
import type { System } from './system.ts';
import { addRound, type Totals } from './totals.ts';

export interface FaultRun<S extends System> {
  readonly stack: S;
  readonly ledger: Ledger;
  /** May be shared with other runs: each fault is then taken by one of them. */
  readonly faults: Iterable<Fault<S>>;
  readonly seed: string;
  readonly rounds: number;
  /** No fault gets more rounds than these, those already in the totals included. */
  readonly upTo?: number | undefined;
  /** Added to. */
  readonly totals: Totals;
  readonly print: (line: string) => void;
  /** Called when all rounds of a fault are in the totals. */
  readonly rowDone?: () => Promise<void>;
}

/** All rounds of each fault in turn on the one stack; prints a row a fault, and what went wrong in it. */
export async function runFaults<S extends System>({
  stack,
  ledger,
  faults,
  seed,
  rounds,
  upTo = Number.POSITIVE_INFINITY,
  totals,
  print,
  rowDone,
}: FaultRun<S>): Promise<void> {
  for (const fault of faults) {
    const row: Totals = { seeds: [], rows: [] };
    const before = totals.rows.find(({ name }) => name === fault.name)?.rounds ?? 0;
    for (let round = before + 1; round <= Math.min(before + rounds, upTo); round++) {
      const outcome = await runRound(stack, ledger, fault, `${seed}/${round}`).catch(brokenOff);
      addRound(row, fault, outcome);
      addRound(totals, fault, outcome);
      for (const problem of [...outcome.lost, ...outcome.duplicated, outcome.unproven ?? []].flat())
        print(`    round ${round}: ${problem}`);
      await stack.heal();
      await stack.wipe();
    }
    for (const total of row.rows) print(rowLine(total));
    await rowDone?.();
  }
}

/** A round that could not be carried through proves nothing, and says why. */
function brokenOff(error: Error): RoundOutcome {
  return {
    injected: 0,
    acknowledged: 0,
    lost: [],
    duplicated: [],
    recoveryMs: 0,
    unproven: `broken off: ${error.message}`,
  };
}
