import type { MessageInitShape } from '@bufbuild/protobuf';
import type { FileFilterSchema } from '#gen/filemill/v1/metadata_service_pb.ts';
import { maxIdsPerCall } from '#sdk/file-watch.ts';
import { listFiles } from '#sdk/list-files.ts';
import { CliError, exitCodes } from './failure.ts';
import { type FilterOptions, hasFilter, toFilter } from './filter.ts';
import { inGroups, knownIds, readIds } from './ids.ts';
import { formatCount, plural } from './output/printable.ts';
import type { Session } from './session.ts';

export type SelectionOptions = FilterOptions & { readonly yes?: true };

/** Beyond this many it is enough to say "more than". */
const countLimit = 100_000;

/**
 * The files that a command is to change, in groups for one call each: the ids given, or whatever passes
 * a filter once --yes is there too. Words that are no ids at all go to `onUnknown`.
 *
 * @throws CliError for usage when nothing or both is given, or a filter without --yes: it then says how many
 */
export async function* selectIds(
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
