import { count, rate, seconds } from '../format.ts';
import { range } from '../history/pointer.ts';
import { type Range, ranges } from '../history/ranges.ts';
import { useHistory } from '../history/use-history.ts';
import type { Figures } from '../live/rates.ts';
import { serverNow } from '../live/server-time.ts';
import { Chart } from './chart.tsx';
import type { Series } from './chart-marks.tsx';
import { HistoryTable } from './history-table.tsx';
import { ProblemNote } from './problem-note.tsx';

interface About {
  readonly title: string;
  readonly format: (value: number) => string;
  readonly counts?: boolean;
  readonly lines: readonly (Omit<Series, 'values'> & { readonly value: (figures: Figures) => number | null })[];
}

const main: About = {
  title: 'Files per second',
  format: rate,
  lines: [
    { name: 'in', look: 'first', value: (figures) => figures.in },
    { name: 'out', look: 'second', value: (figures) => figures.out },
  ],
};

const others: readonly About[] = [
  {
    title: 'Wait for a worker',
    format: seconds,
    lines: [
      { name: 'p50', look: 'first', value: ({ wait }) => wait?.p50 ?? null },
      { name: 'p95', look: 'second', value: ({ wait }) => wait?.p95 ?? null },
    ],
  },
  {
    title: 'Backlog',
    format: count,
    counts: true,
    lines: [{ name: 'backlog', look: 'first', value: ({ backlog }) => backlog }],
  },
  {
    title: 'Failures',
    format: count,
    counts: true,
    lines: [{ name: 'failures', look: 'bad', value: ({ failed }) => failed }],
  },
];

/** What happened in a range of time, as charts and as a table. */
export function HistoryCharts() {
  const shown = range.value;
  const { figures, problem } = useHistory(shown);
  return (
    <section aria-label="History">
      <div class="section-head">
        <h2>
          History: <span class="quiet">{shown.told}</span>
        </h2>
        {shown.until !== undefined && (
          <button
            type="button"
            onClick={() => {
              range.value = ranges[1];
            }}
          >
            Zoom out
          </button>
        )}
        <Ranges />
      </div>
      <ProblemNote problem={problem} />
      <Shown figures={figures} range={shown} />
    </section>
  );
}

function Ranges() {
  return (
    <fieldset class="segments">
      <legend class="hidden">Range</legend>
      {ranges.map((one) => (
        <label key={one.name}>
          <input
            type="radio"
            name="range"
            checked={one === range.value}
            onChange={() => {
              range.value = one;
            }}
          />
          {one.name}
        </label>
      ))}
    </fieldset>
  );
}

function Shown({ figures, range: of }: { readonly figures: readonly Figures[] | undefined; readonly range: Range }) {
  const end = of.until ?? Math.max(serverNow(), figures?.at(-1)?.at ?? 0);
  const span = [end - of.ms, end] as const;
  const shown = (figures ?? []).filter(({ at }) => at >= span[0] && at <= span[1]);
  const times = shown.map(({ at }) => at);
  const blank = figures === undefined ? 'Loading…' : 'Nothing in this time';
  const chart = ({ title, format, counts = false, lines }: About, height: number) => (
    <Chart
      key={title}
      {...{ title, format, counts, times, span, height, blank }}
      series={lines.map(({ value, ...line }) => ({ ...line, values: shown.map(value) }))}
    />
  );
  return (
    <>
      {chart(main, 200)}
      <div class="charts">{others.map((about) => chart(about, 132))}</div>
      <details>
        <summary>As a table</summary>
        <HistoryTable figures={shown.toReversed()} rangeMs={of.ms} />
      </details>
    </>
  );
}
