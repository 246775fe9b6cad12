import type { MessageInitShape } from '@bufbuild/protobuf';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import type { FileFilterSchema } from '#gen/filemill/v1/metadata_service_pb.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { maxIdsPerCall } from '#sdk/file-watch.ts';
import { listFiles } from '#sdk/list-files.ts';
import { CliError, type ExitCode, exitCodes } from './failure.ts';
import { type FilterOptions, hasFilter, toFilter } from './filter.ts';
import { inGroups, knownIds, readIds } from './ids.ts';
import { formatCount, plural } from './output/printable.ts';
import { recordWriter } from './output/writer.ts';
import type { Session } from './session.ts';

export type SelectionOptions = FilterOptions & { readonly yes?: true };

export interface Change {
  readonly id: string;
  /** Such as `RETRIED`, `NOT_FOUND` or `NOT_FAILED`. */
  readonly outcome: string;
}

/** One kind of change. */
export interface FileChange {
  readonly verb: string;
  /** Changes up to 1,000 files in one call. */
  make(ids: string[]): Promise<readonly Change[]>;
  /** Whether a file in this state can be changed. */
  isPossible(file: File): boolean;
  readonly done: string;
  /** The server's answer when the same file is changed again. */
  readonly again: string;
}

/** Changes the selected files in groups, prints an outcome for each, and answers with the exit code of the worst. */
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
  return [...counts.keys()].some((outcome) => outcome !== change.done) ? exitCodes.someFailed : exitCodes.ok;
}

/**
 * When an answer is lost after the change was made, the retry finds nothing left to do. A file that could be changed
 * before and no longer can has been changed.
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
  if (counts.size === 0) return 'No file passes the filter.';
  return [...counts]
    .map(([outcome, n]) => `${plural(n, 'file')} ${outcome.toLowerCase().replaceAll('_', ' ')}`)
    .join(', ');
}

/** Larger numbers are given as "more than". */
const countLimit = 100_000;

/**
 * Yields the files to change in groups for one call each: the given ids, or with --yes all that pass the filter. Words
 * that cannot be ids go to `onUnknown`.
 *
 * @throws CliError for usage when neither or both are given, or for a filter without --yes, with the number of files
 */
async function* selectIds(
  session: Session,
  verb: string,
  words: readonly string[],
  options: SelectionOptions,
  onUnknown: (word: string) => void,
): AsyncGenerator<string[]> {
  if (words.length > 0 && hasFilter(options)) throw usage('Give ids or a filter, not both.');
  if (words.length > 0) {
    yield* inGroups(knownIds(readIds(words, session.signal), onUnknown), maxIdsPerCall);
  } else if (!hasFilter(options)) throw usage(`Say which files to ${verb}: ids, - for ids from stdin, or a filter.`);
  else {
    const filter = toFilter(options);
    if (!options.yes) throw usage(`This would ${verb} ${await howMany(session, filter)}.`, 'Add --yes to do it.');
    for await (const page of listFiles(session.files, filter, session.retry)) yield page.map((file) => file.id);
  }
}

async function howMany(session: Session, filter: MessageInitShape<typeof FileFilterSchema>): Promise<string> {
  let count = 0;
  for await (const page of listFiles(session.files, filter, { ...session.retry, limit: countLimit + 1 }))
    count += page.length;
  return count > countLimit ? `more than ${formatCount(countLimit)} files` : plural(count, 'file');
}

function usage(message: string, action?: string): CliError {
  return new CliError(exitCodes.usage, message, action);
}
