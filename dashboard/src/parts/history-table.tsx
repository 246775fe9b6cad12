import { count, moment, rate, seconds } from '../format.ts';
import type { Figures } from '../live/rates.ts';
import { TableHead } from './table-head.tsx';

/** Shows what the charts do, for people who cannot see them or want to copy it. */
export function HistoryTable({ figures, rangeMs }: { readonly figures: readonly Figures[]; readonly rangeMs: number }) {
  return (
    <table class="history">
      <TableHead titles={['Time', 'In', 'Out', 'Failed', 'Backlog', 'Wait p50 / p95']} />
      <tbody>
        {figures.map(({ at, in: incoming, out, failed, backlog, wait }) => (
          <tr key={at}>
            <th scope="row">{moment(at, rangeMs)}</th>
            <td>{known(incoming, rate)}</td>
            <td>{known(out, rate)}</td>
            <td>{known(failed, count)}</td>
            <td>{known(backlog, count)}</td>
            <td>{wait === null ? '–' : `${seconds(wait.p50)} / ${seconds(wait.p95)}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function known(value: number | null, format: (value: number) => string): string {
  return value === null ? '–' : format(value);
}
