import { parts } from './demand.ts';
import type { Measured } from './measured.ts';
import type { Plan } from './plan.ts';

interface Cost {
  readonly currency: string;
  readonly of: Readonly<Record<string, number>>;
}

/** The plan for people, as Markdown. */
export function report(plan: Plan, measured: Measured, cost: Cost | undefined): string {
  const { days, files, bytes, peak, counts, requests, rowBytes } = plan;
  const daily = (value: number) => whole(value / days);
  const rows = parts.map(
    (part) => `| ${names[part]} | ${peak.cores[part].toFixed(2)} | ${counts[part]}${units[part] ?? ''} |`,
  );
  return [
    `${whole(files)} files and ${gib(bytes)} in ${days.toFixed(2)} days; at most ${whole(peak.files)} files and ${(peak.bytes / 1e6).toFixed(1)} MB a second.`,
    '',
    '| | busy cores at the peak | how many |',
    '|---|--:|--:|',
    ...rows,
    '',
    `PostgreSQL: ${whole(peak.postgresIops)} requests a second to its disk at the peak, and ${gib(rowBytes / days)} of rows a day.`,
    `Object store, if there is one: ${daily(requests.writes)} requests a day that write or list, ${daily(requests.reads)} that read.`,
    ...(cost === undefined ? [] : ['', ...costLines(cost)]),
    '',
    `Computed from what was measured on ${Object.values(measured.machine).join(', ')}, ${measured.measuredAt}, with a load average of ${measured.loadAverage}.`,
  ].join('\n');
}

const names = {
  upload: 'upload',
  metadata: 'metadata',
  worker: 'worker',
  result: 'result',
  postgres: 'PostgreSQL',
  redis: 'Redis',
} as const;

const units: Readonly<Record<string, string>> = { postgres: ' cores', redis: ' cores' };

function costLines({ currency, of }: Cost): string[] {
  const sum = Object.values(of).reduce((total, one) => total + one, 0);
  return [
    `A million files cost ${sum.toFixed(2)} ${currency}:`,
    ...Object.entries(of).map(([what, one]) => `- ${what}: ${one.toFixed(2)}`),
  ];
}

function whole(value: number): string {
  return Math.ceil(value).toLocaleString('en-GB');
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
