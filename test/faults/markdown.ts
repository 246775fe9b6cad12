import { availableParallelism, cpus, totalmem } from 'node:os';
import { percentile, type Total, type Totals, verdictOf } from './totals.ts';

/** The table as docs/reliability.md shows it, with the seeds and the machine that it comes from. */
export function markdownTable({ seeds, rows }: Totals): string {
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  return `Seeds ${seeds.join(', ')}; ${machine}, ${process.platform}-${process.arch}.

| # | fault | what goes wrong | rounds | injected | acknowledged | lost | duplicated | p50 s | p99 s | verdict |
| --: | --- | --- | --: | --: | --: | --: | --: | --: | --: | --- |
${rows
  .toSorted((one, other) => one.row - other.row)
  .map(tableRow)
  .join('\n')}
`;
}

function tableRow(total: Total): string {
  const { row, name, title, rounds, injected, acknowledged, lost, duplicated, recoveries } = total;
  const seconds = (share: number) => ((percentile(recoveries, share) ?? Number.NaN) / 1_000).toFixed(1);
  const cells = [rounds, injected, acknowledged, lost, duplicated, seconds(0.5), seconds(0.99), verdictOf(total)];
  return `| ${row} | \`${name}\` | ${title} | ${cells.join(' | ')} |`;
}
