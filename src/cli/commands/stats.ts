import { Command } from 'commander';
import type { IncompleteUploadsJson, StatsJson } from '#contract/schemas.ts';
import { workSourceName } from '#domain/work-source.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { lookUpStats } from '#sdk/stats-lookup.ts';
import { askSystem, troubles } from '../dependencies.ts';
import { type ExitCode, exitCodes } from '../failure.ts';
import { formatBytes, formatCount, formatDuration, incompleteText, plural, printable } from '../output/printable.ts';
import { tableRows } from '../output/table.ts';
import { printRecord } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';

export function statsCommand(): Command {
  return new Command('stats')
    .description('Count files by state and failures by reason, and show the live workers.')
    .action(withSession(stats));
}

async function stats(session: Session): Promise<ExitCode> {
  const { terminal, format, files, uploads, retry } = session;
  const record = await withRetry(() => lookUpStats(files, uploads, retry), retry);
  const { dependencies } = await askSystem(session);
  await printRecord(terminal, format, { ...record, dependencies }, () => [
    ...statsView(record),
    ...troubles(dependencies),
  ]);
  return exitCodes.ok;
}

function statsView(stats: StatsJson): string[] {
  const states = tableRows(Object.entries(stats.statuses), [
    { title: '', width: 12, cell: ([status]) => status },
    { title: '', width: 10, align: 'right', cell: ([, { files }]) => `${formatCount(files)} files` },
    { title: '', width: 10, align: 'right', cell: ([, { bytes }]) => formatBytes(bytes) },
  ]);
  const waiting = stats.oldest_pending_seconds;
  return [
    ...(states.length > 0 ? states : ['No files yet.']),
    ...latestLines(stats),
    ...(waiting > 0 ? [`The oldest PENDING file has waited for ${formatDuration(waiting * 1_000)}.`] : []),
    ...stats.errors.map(({ code, files }) => `FAILED with ${printable(code)}: ${formatCount(files)}`),
    ...workerLines(stats),
    ...incompleteLines(stats.incomplete_uploads ?? null),
  ];
}

function latestLines({ wait_seconds: wait, processing_seconds: processing }: StatsJson): string[] {
  if (wait === null || processing === null) return [];
  const text = ({ p50, p95 }: typeof wait) =>
    `${formatDuration(p50 * 1_000)} (95 of 100 within ${formatDuration(p95 * 1_000)})`;
  return [`The latest results waited ${text(wait)} for a worker, which took ${text(processing)}.`];
}

function incompleteLines(incomplete: IncompleteUploadsJson | null): string[] {
  if (incomplete === null || incomplete.uploads === 0) return [];
  const [most] = incomplete.callers;
  const by = most === undefined ? '' : `; ${formatBytes(most.bytes)} by ${printable(most.address)}`;
  return [`${incompleteText(incomplete)}${by}`];
}

function workerLines({ workers }: StatsJson): string[] {
  if (workers.length === 0) return ['No worker is alive: nothing is analysed until one is started.'];
  return workers.map(
    ({ name, busy, slots, source, state }) =>
      `Worker ${printable(name)}: ${state === 'WORKING' ? '' : `${state}, `}${busy} of ${plural(slots, 'thread')} busy, takes its work from ${printable(workSourceName(source))}`,
  );
}
