import { moment } from '../format.ts';
import { selecting } from '../history/pointer.ts';
import { timeTicks } from '../history/scale.ts';

export interface Series {
  readonly name: string;
  /** Lines differ by more than colour: the second is dashed. */
  readonly look: 'first' | 'second' | 'bars' | 'bad';
  /** null leaves a gap. */
  readonly values: readonly (number | null)[];
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly span: readonly [number, number];
  /** The values that the axis names, from 0 up. */
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

/** Around the lines, for the axes. */
const [left, right, top, bottom] = [52, 8, 10, 22];
/** The room that the name of a time needs. */
const tickWidth = 96;

interface MarksProps {
  readonly frame: Frame;
  readonly series: readonly Series[];
  readonly times: readonly number[];
  /** Which value is pointed at, or -1. */
  readonly at: number;
}

export function Marks({ frame, series, times, at }: MarksProps) {
  const chosen = selecting.value?.map((time) => xOf(time, frame)).toSorted((one, other) => one - other);
  const pointedAt = times[at];
  return (
    <>
      <Axes frame={frame} />
      <Unknown frame={frame} first={times[series[0]?.values.findIndex((value) => value !== null) ?? -1]} />
      {series.map((one) =>
        one.look === 'bars' || one.look === 'bad' ? (
          <Bars key={one.name} frame={frame} series={one} times={times} />
        ) : (
          <Line key={one.name} frame={frame} series={one} times={times} />
        ),
      )}
      {chosen !== undefined && (
        <rect
          class="selection"
          x={chosen[0]}
          y={top}
          width={(chosen[1] ?? 0) - (chosen[0] ?? 0)}
          height={depth(frame)}
        />
      )}
      {pointedAt !== undefined && (
        <line
          class="crosshair"
          x1={xOf(pointedAt, frame)}
          x2={xOf(pointedAt, frame)}
          y1={top}
          y2={top + depth(frame)}
        />
      )}
    </>
  );
}

function Axes({ frame }: { readonly frame: Frame }) {
  const { width, height, ticks, span, format } = frame;
  const offset = -new Date(span[1]).getTimezoneOffset() * 60_000;
  const labels = Math.max(2, Math.floor((width - left) / tickWidth));
  return (
    <g class="axes">
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={left} x2={width - right} y1={yOf(tick, frame)} y2={yOf(tick, frame)} />
          <text x={left - 6} y={yOf(tick, frame) + 4} text-anchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
      {timeTicks(span, labels, offset)
        .filter((time) => xOf(time, frame) < width - 24)
        .map((time) => (
          <text key={time} x={xOf(time, frame)} y={height - 4} text-anchor="middle">
            {moment(time, span[1] - span[0])}
          </text>
        ))}
    </g>
  );
}

/** A time of which nothing is recorded says so. */
function Unknown({ frame, first }: { readonly frame: Frame; readonly first: number | undefined }) {
  if (first === undefined) return null;
  const wide = xOf(first, frame) - left;
  if (wide < 120) return null;
  return (
    <text class="unknown" x={left + wide / 2} y={top + depth(frame) / 2 + 4} text-anchor="middle">
      nothing recorded
    </text>
  );
}

function Bars({
  frame,
  series,
  times,
}: {
  readonly frame: Frame;
  readonly series: Series;
  readonly times: readonly number[];
}) {
  const steps = times.slice(1).map((time, n) => time - (times[n] ?? time));
  const step = Math.min(...steps, frame.span[1] - frame.span[0]);
  const wide = Math.max(2, xOf(frame.span[0] + step, frame) - left - 2);
  return (
    <g class={`bars-${series.look}`}>
      {series.values.map((value, n) => {
        if (value === null || value === 0) return null;
        const [x, y] = [xOf(times[n] ?? 0, frame), yOf(value, frame)];
        return <rect key={times[n]} x={x} y={y} width={Math.min(wide, 24)} height={top + depth(frame) - y} />;
      })}
    </g>
  );
}

function Line({
  frame,
  series,
  times,
}: {
  readonly frame: Frame;
  readonly series: Series;
  readonly times: readonly number[];
}) {
  const runs = runsOf(series.values, times, frame);
  const base = top + depth(frame);
  return (
    <>
      {series.look === 'first' &&
        runs.map((run) => (
          <path
            key={run[0]?.[0]}
            class="area"
            d={`M${run[0]?.[0]},${base}L${run.join('L')}L${run.at(-1)?.[0]},${base}Z`}
          />
        ))}
      {/* A value between gaps is a dot: a line of no length with round ends. */}
      <path
        class={`line-${series.look}`}
        d={runs.map((run) => `M${run.join('L')}${run.length === 1 ? 'h0' : ''}`).join('')}
      />
    </>
  );
}

type Point = readonly [x: string, y: string];

/** The points between gaps. */
function runsOf(values: Series['values'], times: readonly number[], frame: Frame): readonly (readonly Point[])[] {
  const runs: Point[][] = [[]];
  for (const [n, value] of values.entries()) {
    if (value === null) runs.push([]);
    else runs.at(-1)?.push([xOf(times[n] ?? 0, frame).toFixed(1), yOf(value, frame).toFixed(1)]);
  }
  return runs.filter((run) => run.length > 0);
}

function xOf(at: number, { width, span: [begin, end] }: Frame): number {
  return left + ((at - begin) / (end - begin)) * (width - left - right);
}

export function timeAt(x: number, { width, span: [begin, end] }: Frame): number {
  return begin + Math.min(1, Math.max(0, (x - left) / (width - left - right))) * (end - begin);
}

function yOf(value: number, frame: Frame): number {
  return top + depth(frame) - (value / (frame.ticks.at(-1) ?? 1)) * depth(frame);
}

function depth({ height }: Frame): number {
  return height - top - bottom;
}
