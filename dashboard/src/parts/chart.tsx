import { useRef } from 'preact/hooks';
import { moment } from '../format.ts';
import { pointed } from '../history/pointer.ts';
import { nearest, valueTicks } from '../history/scale.ts';
import { type Frame, Marks, type Series } from './chart-marks.tsx';
import { ChartPointer } from './chart-pointer.tsx';
import { useWidth } from './use-width.ts';

interface ChartProps {
  readonly title: string;
  readonly series: readonly Series[];
  /** When each value was taken, in milliseconds. */
  readonly times: readonly number[];
  /** What the chart shows, as [begin, end] in milliseconds. */
  readonly span: readonly [number, number];
  readonly format: (value: number) => string;
  /** Whether the values are whole numbers. */
  readonly counts?: boolean;
  /** Whether the values are bytes, whose round numbers are powers of two. */
  readonly binary?: boolean;
  readonly height: number;
  /** What stands there in the place of lines. */
  readonly blank: string;
}

/** A chart over time for the eye, and for the keyboard value by value; what it shows is also in a table. */
export function Chart({ title, series, times, span, format, height, blank, ...options }: ChartProps) {
  const plot = useRef<HTMLDivElement>(null);
  const width = useWidth(plot);
  const values = series.flatMap((one) => one.values.filter((value) => value !== null));
  const top = Math.max(0, ...values);
  const most = values.length === 0 ? 'nothing known' : `at most ${format(top)}`;
  const at = pointed.value === undefined ? -1 : nearest(times, pointed.value);
  const told = (n: number) =>
    series.map(({ name, values: of }) => `${name} ${value(of[n] ?? null, format)}`).join(', ');
  const frame: Frame = { width, height, span, ticks: ticksOf(top, options), format };
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong>
        <Readout series={series} at={at} format={format} />
        <span class="quiet chart-when">{at === -1 ? most : moment(times[at] ?? 0, span[1] - span[0])}</span>
      </figcaption>
      <div class="plot" ref={plot}>
        {width > 0 && (
          <svg width={width} height={height} role="img" aria-label={`${title}, ${most}`}>
            <Marks frame={frame} series={series} times={times} at={at} />
          </svg>
        )}
        {values.length === 0 && <p class="chart-blank quiet">{blank}</p>}
        <ChartPointer title={title} frame={frame} times={times} at={at} told={told} />
      </div>
    </figure>
  );
}

function ticksOf(top: number, { counts, binary }: Pick<ChartProps, 'counts' | 'binary'>): readonly number[] {
  const unit = binary ? 1_024 ** Math.floor(Math.log2(Math.max(1, top)) / 10) : 1;
  return valueTicks(top / unit, counts ? 1 : 0).map((tick) => tick * unit);
}

/** Which line is which, with its value where the pointer is. */
function Readout({ series, at, format }: Pick<ChartProps, 'series' | 'format'> & { readonly at: number }) {
  if (series.length === 1 && at === -1) return null;
  return (
    <span class="readout">
      {series.map(({ name, look, values }) => (
        <span key={name} class={`key key-${look}`}>
          {series.length > 1 && name} {at !== -1 && <b>{value(values[at] ?? null, format)}</b>}
        </span>
      ))}
    </span>
  );
}

function value(known: number | null, format: (value: number) => string): string {
  return known === null ? '–' : format(known);
}
