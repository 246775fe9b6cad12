import { withRetry } from '#client/retry.ts';
import { type ExitCode, exitCodes } from './failure.ts';
import { plural } from './output/printable.ts';
import { recordWriter } from './output/writer.ts';
import { type SelectionOptions, selectIds } from './selection.ts';
import type { Session } from './session.ts';

/** What became of one file: `RETRIED`, `DELETED`, `NOT_FOUND`, `NOT_FAILED`. */
export interface Change {
  readonly id: string;
  readonly outcome: string;
}

/** Changes the selected files group by group, prints an outcome each, and answers with the exit code of the worst. */
export async function changeFiles(
  session: Session,
  verb: string,
  words: readonly string[],
  options: SelectionOptions,
  change: (ids: string[]) => Promise<readonly Change[]>,
): Promise<ExitCode> {
  const writer = await recordWriter<Change>(session.terminal, session.format, {
    columns: [
      { title: 'ID', width: 36, cell: ({ id }) => id },
      { title: 'OUTCOME', cell: ({ outcome }) => outcome.toLowerCase().replaceAll('_', ' ') },
    ],
    quiet: ({ id }) => id,
    live: true,
  });
  const counts = new Map<string, number>();
  const report = (item: Change) => {
    writer.write(item);
    counts.set(item.outcome, (counts.get(item.outcome) ?? 0) + 1);
  };
  const unknown = (id: string) => report({ id, outcome: 'NOT_FOUND' });
  for await (const ids of selectIds(session, verb, words, options, unknown)) {
    if (ids.length === 0) continue;
    for (const item of await withRetry(() => change(ids), session.retry)) report(item);
  }
  writer.end();
  session.terminal.note(summary(counts));
  if (counts.has('NOT_FOUND')) return exitCodes.notFound;
  return counts.has('NOT_FAILED') ? exitCodes.someFailed : exitCodes.ok;
}

function summary(counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return 'No file passes.';
  return [...counts]
    .map(([outcome, n]) => `${plural(n, 'file')} ${outcome.toLowerCase().replaceAll('_', ' ')}`)
    .join(', ');
}
