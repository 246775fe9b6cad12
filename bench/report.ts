import { cpus, release, totalmem } from 'node:os';
import type { Figure } from './figure.ts';

export interface Machine {
  readonly cpus: string;
  readonly memoryGiB: number;
  readonly node: string;
  readonly os: string;
}

/** What the figures were measured on. */
export function machine(): Machine {
  const [first] = cpus();
  return {
    cpus: `${cpus().length} × ${first?.model.trim() ?? 'unknown'}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    os: `${process.platform}-${process.arch} ${release()}`,
  };
}

const columns = ['scenario', 'value', 'beside', 'ratio', 'target', ''] as const;

/** The table for people: as Markdown, which reads well in a terminal too. */
export function table(figures: readonly Figure[]): string {
  const rows = [columns, ...figures.map(cells)];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  const lines = rows.map((row) => `| ${row.map((cell, at) => pad(cell, widths[at] ?? 0, at)).join(' | ')} |`);
  lines.splice(
    1,
    0,
    `|${widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`,
  );
  return lines.join('\n');
}

function cells({ name, unit, value, baseline, ratio, target, bound, met }: Figure): string[] {
  const limit = `${bound === 'most' ? '≤' : '≥'} ${number(target)}${baseline === null ? ` ${unit}` : ''}`;
  return [
    name,
    `${number(value)} ${unit}`,
    baseline === null ? '' : `${number(baseline)} ${unit}`,
    ratio === null ? '' : ratio.toFixed(2),
    limit,
    met ? 'met' : 'MISSED',
  ];
}

function pad(cell: string, width: number, at: number): string {
  return at === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
