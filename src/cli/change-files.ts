import type { File } from '#gen/filemill/v1/file_pb.ts';
import { withRetry } from '#platform/rpc/retry.ts';
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

/** One kind of change, made to up to 1,000 files in one call. */
export interface FileChange {
  readonly verb: string;
  make(ids: string[]): Promise<readonly Change[]>;
  /** Whether it can be made to a file in this state. */
  isPossible(file: File): boolean;
  readonly done: string;
  /** What the server answers when it is made to the same file again. */
  readonly again: string;
}

/** Changes the selected files group by group, prints an outcome each, and answers with the exit code of the worst. */
export async function changeFiles(
  session: Session,
  change: FileChange,
  words: readonly string[],
  options: SelectionOptions,
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
  for await (const ids of selectIds(session, change.verb, words, options, unknown)) {
    if (ids.length === 0) continue;
    for (const item of await changeGroup(session, change, ids)) report(item);
  }
  writer.end();
  session.terminal.note(summary(counts));
  if (counts.has('NOT_FOUND')) return exitCodes.notFound;
  return counts.has('NOT_FAILED') ? exitCodes.someFailed : exitCodes.ok;
}

/**
 * An answer may get lost after the change was made: the repeated call then finds nothing to do. What could be
 * changed before, and no longer can, was.
 */
async function changeGroup(
  { files, retry }: Session,
  { make, isPossible, done, again }: FileChange,
  ids: string[],
): Promise<readonly Change[]> {
  const before = await withRetry(() => files.getFiles({ ids }, retry), retry);
  const changeable = new Set(before.files.filter(isPossible).map(({ id }) => id));
  let tries = 0;
  const items = await withRetry(() => {
    tries += 1;
    return make(ids);
  }, retry);
  if (tries === 1) return items;
  return items.map(({ id, outcome }) => ({ id, outcome: outcome === again && changeable.has(id) ? done : outcome }));
}

function summary(counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return 'No file passes.';
  return [...counts]
    .map(([outcome, n]) => `${plural(n, 'file')} ${outcome.toLowerCase().replaceAll('_', ' ')}`)
    .join(', ');
}
