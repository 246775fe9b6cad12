import { percentile, type Total, verdictOf } from './totals.ts';

const widths = [3, 42, 6, 8, 12, 4, 10, 8, 8] as const;

export const heading = line([
  '#',
  'fault',
  'rounds',
  'injected',
  'acknowledged',
  'lost',
  'duplicated',
  'p50 s',
  'p99 s',
  'verdict',
]);

/** One row of the table as people read it. */
export function rowLine(total: Total): string {
  const { row, name, rounds, injected, acknowledged, lost, duplicated, recoveries } = total;
  const seconds = (share: number) => {
    const ms = percentile(recoveries, share);
    return ms === undefined ? '-' : (ms / 1_000).toFixed(1);
  };
  return line([
    row,
    name,
    rounds,
    injected,
    acknowledged,
    lost,
    duplicated,
    seconds(0.5),
    seconds(0.99),
    verdictOf(total),
  ]);
}

function line(cells: readonly (string | number)[]): string {
  return cells
    .map((cell, at) => (at === 1 ? String(cell).padEnd(widths[1]) : String(cell).padStart(widths[at] ?? 0)))
    .join('  ');
}
