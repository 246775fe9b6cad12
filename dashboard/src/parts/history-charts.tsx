import { signal } from '@preact/signals';
import { count, moment, rate, seconds } from '../format.ts';
import { type Range, ranges } from '../history/ranges.ts';
import { useHistory } from '../history/use-history.ts';
import type { Figures } from '../live/rates.ts';
import { serverNow } from '../live/server-time.ts';
import { type Line, LineChart } from './line-chart.tsx';
import { ProblemNote } from './problem-note.tsx';

/** Kept while other pages are looked at. */
const chosen = signal<Range>(ranges[1]);

interface Chart {
  readonly title: string;
  readonly format: (value: number) => string;
  readonly lines: readonly (Omit<Line, 'values'> & { readonly value: (figures: Figures) => number | null })[];
}

const charts: readonly Chart[] = [
  {
    title: 'Files per second',
    format: rate,
    lines: [
      { name: 'in', look: 'solid', value: (figures) => figures.in },
      { name: 'out', look: 'dashed', value: (figures) => figures.out },
    ],
  },
  {
    title: 'Wait for a worker',
    format: seconds,
    lines: [
      { name: 'p50', look: 'solid', value: ({ wait }) => wait?.p50 ?? null },
      { name: 'p95', look: 'dashed', value: ({ wait }) => wait?.p95 ?? null },
    ],
  },
  { title: 'Backlog', format: count, lines: [{ name: 'backlog', look: 'solid', value: ({ backlog }) => backlog }] },
  { title: 'Failures', format: count, lines: [{ name: 'failures', look: 'solid', value: ({ failed }) => failed }] },
];

/** What happened in a range of time, as charts and as a table. */
export function HistoryCharts() {
  const range = chosen.value;
  const { figures, problem } = useHistory(range);
  return (
    <section aria-label="History">
      <fieldset class="segments">
        <legend>History: {range.told}</legend>
        {ranges.map((one) => (
          <label key={one.name}>
            <input
              type="radio"
              name="range"
              checked={one === range}
              onChange={() => {
                chosen.value = one;
              }}
            />
            {one.name}
          </label>
        ))}
      </fieldset>
      <ProblemNote problem={problem} />
      <Shown figures={figures ?? []} range={range} />
    </section>
  );
}

function Shown({ figures, range }: { readonly figures: readonly Figures[]; readonly range: Range }) {
  const end = Math.max(serverNow(), figures.at(-1)?.at ?? 0);
  const span = [end - range.ms, end] as const;
  const shown = figures.filter(({ at }) => at >= span[0]);
  const times = shown.map(({ at }) => at);
  return (
    <>
      <div class="charts">
        {charts.map(({ title, format, lines }) => (
          <LineChart
            key={title}
            title={title}
            format={format}
            times={times}
            span={span}
            lines={lines.map(({ value, ...line }) => ({ ...line, values: shown.map(value) }))}
          />
        ))}
      </div>
      <details>
        <summary>As a table</summary>
        <HistoryTable figures={shown.toReversed()} rangeMs={range.ms} />
      </details>
    </>
  );
}

function HistoryTable({ figures, rangeMs }: { readonly figures: readonly Figures[]; readonly rangeMs: number }) {
  return (
    <table class="history">
      <thead>
        <tr>
          {['Time', 'In', 'Out', 'Failed', 'Backlog', 'Wait p50 / p95'].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
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
