import { size } from './recording.ts';
import type { Run, Screen } from './screens.ts';

const cell = { width: 8.4, height: 19 } as const;
const edge = { side: 18, top: 44, bottom: 16 } as const;
const width = Math.round(size.columns * cell.width + 2 * edge.side);
const height = size.rows * cell.height + edge.top + edge.bottom;
/** How long the last picture stays before it begins again. Seconds. */
const rest = 5;

/** The eight colours of a terminal, and their bright ones. */
const palette = ['#3b4252', '#f2777a', '#7fd18b', '#f0c266', '#7fb4ff', '#d6a2e8', '#72d5d5', '#dfe5ee'];

/**
 * A picture that plays by itself, wherever images are shown: all screens lie beside each other, and a strip of them moves by
 * whole screens. Readers that want no motion see the last one.
 */
export function animatedSvg(screens: readonly Screen[], title: string): string {
  const lines = new Map<string, string>();
  const strip = screens.map(({ lines: rows }, index) => screen(rows, index, lines)).join('');
  const seconds = (screens.at(-1)?.at ?? 0) + rest;
  const steps = screens.map(
    ({ at }, index) => `${((at / seconds) * 100).toFixed(2)}%{transform:translateX(${-index * width}px)}`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
<title>${title}</title>
<style>
text{font:14px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#dfe5ee;white-space:pre}
.b{font-weight:700}.d{opacity:.65}${palette.map((colour, index) => `.c${index}{fill:${colour}}`).join('')}
#strip{animation:play ${seconds.toFixed(1)}s steps(1,end) infinite}
@keyframes play{${steps.join('')}100%{transform:translateX(${-(screens.length - 1) * width}px)}}
@media(prefers-reduced-motion:reduce){#strip{animation:none;transform:translateX(${-(screens.length - 1) * width}px)}}
</style>
<defs>${[...lines].map(([content, id]) => `<g id="${id}">${content}</g>`).join('')}</defs>
<rect width="${width}" height="${height}" rx="10" fill="#14171c"/>
${['#f2777a', '#f0c266', '#7fd18b'].map((fill, at) => `<circle cx="${22 + at * 20}" cy="20" r="6" fill="${fill}"/>`).join('')}
<svg width="${width}" height="${height}"><g id="strip">${strip}</g></svg>
</svg>
`;
}

function screen(rows: readonly (readonly Run[])[], index: number, lines: Map<string, string>): string {
  const uses = rows.map((runs, row) => {
    if (runs.length === 0) return '';
    const content = runs.map(letters).join('');
    const id = lines.get(content) ?? `l${lines.size}`;
    lines.set(content, id);
    const y = edge.top + row * cell.height + 14;
    return `<use href="#${id}" x="${index * width + edge.side}" y="${y}"/>`;
  });
  return uses.join('');
}

function letters({ column, text, colour, isBold, isDim }: Run): string {
  const names = [isBold && 'b', isDim && 'd', colour !== undefined && `c${colour % palette.length}`].filter(Boolean);
  const look = names.length > 0 ? ` class="${names.join(' ')}"` : '';
  // A font of another width must not move what stands in columns.
  const length = `textLength="${([...text].length * cell.width).toFixed(1)}"`;
  return `<text x="${(column * cell.width).toFixed(1)}" ${length}${look}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
