import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Command, Option } from 'commander';
import { historyToJson, stepNumber } from '#contract/history.ts';
import type { Json } from '#contract/schemas.ts';
import { type HistoryStep, historySteps } from '#domain/history.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { type ExitCode, exitCodes } from '../failure.ts';
import { time } from '../filter.ts';
import { localMinute } from '../output/local-time.ts';
import { formatCount, formatDuration, plural, printable } from '../output/printable.ts';
import { largest, sparkline } from '../output/sparkline.ts';
import { tableRows } from '../output/table.ts';
import { isForPeople, recordWriter, type TableStyle } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';

type Point = Json<'History'>['points'][number];

export function historyCommand(): Command {
  return new Command('history')
    .description('Show files in and out, failures, backlog and waits by minute, hour or day.')
    .option('--since <time>', 'yesterday, 2026-01-31, 2026-01-31T12:00Z, or 7d for 7 days ago', time)
    .option('--until <time>', 'before this time; now by default', time)
    .addOption(
      new Option('--step <step>', 'default: minutes for up to 6 hours, hours for up to 14 days, days for more').choices(
        historySteps,
      ),
    )
    .action(withSession(history));
}

interface HistoryOptions {
  readonly since?: Date;
  readonly until?: Date;
  readonly step?: HistoryStep;
}

const dayMs = 86_400_000;

async function history(session: Session, { since, until, step }: HistoryOptions): Promise<ExitCode> {
  const { terminal, format, files, retry } = session;
  const from = since ?? new Date((until?.getTime() ?? Date.now()) - dayMs);
  const request = {
    from: timestampFromDate(from),
    ...(until && { to: timestampFromDate(until) }),
    ...(step && { step: stepNumber(step) }),
  };
  const told = historyToJson(await withRetry(() => files.getHistory(request, retry), retry));
  const isTable = isForPeople(format) && !terminal.quiet;
  if (isTable) for (const line of summary(told, terminal.width)) terminal.print(line);
  const writer = await recordWriter(terminal, format, style);
  for (const point of told.points) if (!isTable || isEventful(point)) writer.write(point);
  writer.end();
  return exitCodes.ok;
}

/** Steps in which nothing happened are left out of the table. */
function isEventful({ accepted, completed, failed, backlog }: Point): boolean {
  return accepted + completed + failed + (backlog?.pending ?? 0) + (backlog?.processing ?? 0) > 0;
}

interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly told: string;
}

/** A line for each series, such as `Files in  ▁▂▅█▇▃  1,204 files, at most 12 a second`. */
function summary({ step, points }: Json<'History'>, width: number): string[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return [];
  const rows = tableRows(seriesOf(points, step), [
    { title: '', width: 9, cell: ({ name }) => name },
    { title: '', cell: ({ values }) => sparkline(values, Math.min(40, Math.max(8, width - 50))) },
    { title: '', cell: ({ told }) => told },
  ]);
  return [`${minute(first)} to ${minute(last)}, ${plural(points.length, step)}`, ...rows, ''];
}

function seriesOf(points: readonly Point[], step: HistoryStep): Series[] {
  const backlogs = points.map(({ backlog }) => (backlog === null ? null : backlog.pending + backlog.processing));
  const oldest = largest(points.map(({ backlog }) => backlog?.oldest_pending_seconds ?? null)) ?? 0;
  const waits = points.map(({ wait_seconds: wait }) => wait?.p95 ?? null);
  return [
    flow('In', points, 'accepted', step),
    flow('Out', points, 'completed', step),
    { name: 'Failed', values: points.map((point) => (isKnown(point) ? point.failed : null)), told: failures(points) },
    {
      name: 'Backlog',
      values: backlogs,
      told: `at most ${plural(largest(backlogs) ?? 0, 'file')}${oldest < 1 ? '' : `, one due for ${formatDuration(oldest * 1_000)}`}`,
    },
    { name: 'Wait p95', values: waits, told: `at most ${duration(largest(waits) ?? undefined)}` },
  ];
}

function flow(name: string, points: readonly Point[], field: 'accepted' | 'completed', step: HistoryStep): Series {
  const values = points.map((point) => (isKnown(point) && point.seconds > 0 ? point[field] / point.seconds : null));
  const all = plural(sum(points.map((point) => point[field])), 'file');
  const most = peak(largest(values) ?? 0, Math.max(...points.map((point) => point[field])), step);
  return { name, values, told: `${all}, at most ${most}` };
}

/** `120 a second`, or by the step if that is less than one in ten seconds. */
function peak(rate: number, inStep: number, step: HistoryStep): string {
  if (rate < 0.1) return `${formatCount(inStep)} ${step === 'hour' ? 'an' : 'a'} ${step}`;
  return `${rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate))} a second`;
}

/** Whether Filemill ran. */
function isKnown({ accepted, completed, failed, backlog }: Point): boolean {
  return backlog !== null || accepted + completed + failed > 0;
}

function failures(points: readonly Point[]): string {
  const byCode = Map.groupBy(
    points.flatMap(({ errors }) => errors),
    ({ code }) => code,
  );
  const counts = [...byCode].map(([code, some]) => ({ code, files: sum(some.map(({ files }) => files)) }));
  const told = counts
    .sort((one, other) => other.files - one.files)
    .slice(0, 3)
    .map(({ code, files }) => `${printable(code)} ${formatCount(files)}`);
  return `${plural(sum(points.map(({ failed }) => failed)), 'file')}${told.length === 0 ? '' : `: ${told.join(', ')}`}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function minute({ at }: Point): string {
  return localMinute(at);
}

function duration(seconds: number | undefined): string {
  return seconds === undefined ? '–' : formatDuration(seconds * 1_000);
}

const style: TableStyle<Point> = {
  columns: [
    { title: 'TIME', width: 19, cell: minute },
    { title: 'IN', width: 7, align: 'right', cell: ({ accepted }) => formatCount(accepted) },
    { title: 'OUT', width: 7, align: 'right', cell: ({ completed }) => formatCount(completed) },
    { title: 'FAILED', width: 6, align: 'right', cell: ({ failed }) => formatCount(failed) },
    {
      ...{ title: 'BACKLOG', width: 7, align: 'right' },
      cell: ({ backlog }) => (backlog === null ? '–' : formatCount(backlog.pending + backlog.processing)),
    },
    { title: 'WAIT P50', width: 8, align: 'right', cell: ({ wait_seconds: wait }) => duration(wait?.p50) },
    { title: 'P95', width: 8, align: 'right', cell: ({ wait_seconds: wait }) => duration(wait?.p95) },
  ],
  quiet: ({ at }) => at,
};
