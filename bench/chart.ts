/** A line chart as SVG, readable on light and dark pages. */
export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
}

interface Axis {
  readonly title: string;
  readonly logarithmic?: true;
}

const [width, height] = [640, 360];
const margin = { top: 40, right: 130, bottom: 48, left: 70 };
const colours = ['#2f7ed8', '#d9822b', '#3a9d5d', '#a64ca6', '#c0392b', '#7f8c8d'];

export function toSvg({ title, x, y, series }: Chart): string {
  const points = series.flatMap((one) => one.points);
  const across = scale(
    x,
    points.map(([value]) => value),
    [margin.left, width - margin.right],
  );
  const up = scale(
    y,
    points.map(([, value]) => value),
    [height - margin.bottom, margin.top],
  );
  const parts = [
    text(margin.left, 22, title, 'font-weight="600"'),
    ...across.ticks.flatMap((tick) => [
      line(across.at(tick), height - margin.bottom, across.at(tick), margin.top, '#8884'),
      text(across.at(tick), height - margin.bottom + 18, label(tick), 'text-anchor="middle"'),
    ]),
    ...up.ticks.flatMap((tick) => [
      line(margin.left, up.at(tick), width - margin.right, up.at(tick), '#8884'),
      text(margin.left - 8, up.at(tick) + 4, label(tick), 'text-anchor="end"'),
    ]),
    text((margin.left + width - margin.right) / 2, height - 10, x.title, 'text-anchor="middle"'),
    text(10, margin.top - 6, y.title, ''),
    ...series.flatMap(({ name, points }, n) => {
      const colour = colours[n % colours.length] as string;
      const path = points.map(
        ([px, py], at) => `${at === 0 ? 'M' : 'L'}${across.at(px).toFixed(1)} ${up.at(py).toFixed(1)}`,
      );
      const [, last = 0] = points.at(-1) ?? [];
      return [
        `<path d="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        ...points.map(
          ([px, py]) =>
            `<circle cx="${across.at(px).toFixed(1)}" cy="${up.at(py).toFixed(1)}" r="3" fill="${colour}"/>`,
        ),
        text(width - margin.right + 8, up.at(last) + 4, name, `fill="${colour}"`),
      ];
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#888">
<title>${title}</title>
${parts.join('\n')}
</svg>
`;
}

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

function scale({ logarithmic }: Axis, values: readonly number[], [from, to]: readonly [number, number]): Scale {
  const most = Math.max(...values);
  if (logarithmic) {
    const [low, high] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(most))];
    const at = (value: number) => from + ((Math.log10(value) - low) / Math.max(1, high - low)) * (to - from);
    return { at, ticks: Array.from({ length: high - low + 1 }, (_, n) => 10 ** (low + n)) };
  }
  const step = niceStep(most / 4);
  const top = Math.ceil(most / step) * step;
  const at = (value: number) => from + (value / top) * (to - from);
  return { at, ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, n) => n * step) };
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
}

function label(value: number): string {
  return value.toLocaleString('en', { notation: 'compact' });
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${colour}"/>`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${content}</text>`;
}
