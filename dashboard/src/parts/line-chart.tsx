import { moment } from '../format.ts';

export interface Line {
  readonly name: string;
  /** `solid` or `dashed`, so that colour is not all that tells lines apart. */
  readonly look: 'solid' | 'dashed';
  /** null leaves a gap. */
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  readonly title: string;
  readonly lines: readonly Line[];
  /** When each value was taken, in milliseconds. */
  readonly times: readonly number[];
  /** What the chart shows, as [begin, end] in milliseconds. */
  readonly span: readonly [number, number];
  readonly format: (value: number) => string;
}

const width = 600;
const height = 120;

/** A chart of lines for the eye; what it shows is also in a table. */
export function LineChart({ title, lines, times, span, format }: ChartProps) {
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null));
  const top = Math.max(0, ...values);
  const most = values.length === 0 ? 'nothing known' : `at most ${format(top)}`;
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong>, {most}
        {lines.length > 1 && <Key lines={lines} />}
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={`${title}, ${most}`}>
        {lines.map(({ name, look, values: ofLine }) => (
          <path key={name} class={`line-${look}`} d={pathOf(ofLine, times, span, top)} />
        ))}
        <Tips lines={lines} times={times} span={span} format={format} />
      </svg>
      <p class="chart-times" aria-hidden="true">
        {[span[0], (span[0] + span[1]) / 2, span[1]].map((at) => (
          <time key={at}>{moment(at, span[1] - span[0])}</time>
        ))}
      </p>
    </figure>
  );
}

function Key({ lines }: { readonly lines: readonly Line[] }) {
  return (
    <>
      {': '}
      {lines.map(({ name, look }, n) => (
        <span key={name}>
          {n > 0 && ', '}
          <span class={`key-${look}`}>
            {name} ({look})
          </span>
        </span>
      ))}
    </>
  );
}

/** A strip for each time, in which a pointer rests to read the values. */
function Tips({ lines, times, span, format }: Pick<ChartProps, 'lines' | 'times' | 'span' | 'format'>) {
  return (
    <>
      {times.map((at, n) => {
        const [x, next] = [xOf(at, span), xOf(times[n + 1] ?? span[1], span)];
        const told = lines.map(({ name, values }) => `${name} ${format(values[n] ?? 0)}`).join(', ');
        const isKnown = lines.some(({ values }) => values[n] !== null);
        return (
          <rect key={at} class="tip" x={x} y={0} width={Math.max(0, next - x)} height={height}>
            <title>{`${moment(at, span[1] - span[0])}: ${isKnown ? told : 'nothing known'}`}</title>
          </rect>
        );
      })}
    </>
  );
}

function xOf(at: number, [begin, end]: readonly [number, number]): number {
  return ((at - begin) / (end - begin)) * width;
}

function pathOf(
  values: readonly (number | null)[],
  times: readonly number[],
  span: readonly [number, number],
  top: number,
): string {
  let isDrawing = false;
  return values
    .map((value, n) => {
      const at = times[n];
      if (value === null || at === undefined) {
        isDrawing = false;
        return '';
      }
      const y = height - 4 - (top === 0 ? 0 : value / top) * (height - 12);
      const place = `${xOf(at, span).toFixed(1)},${y.toFixed(1)}`;
      // A value between gaps is a dot: a line of no length with round ends.
      const step = isDrawing ? `L${place}` : `M${place}h0`;
      isDrawing = true;
      return step;
    })
    .join('');
}
