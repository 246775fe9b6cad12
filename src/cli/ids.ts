import { createInterface } from 'node:readline';
import { CliError, exitCodes } from './failure.ts';
import { IdSet } from './id-set.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The ids on the command line; `-` stands for those on stdin, one a line: bare, first on the line, or in
 * the `id` of a JSON object, as the other commands print them. Each once, in order and in lower case, as the
 * server writes them; stdin is read no faster than they are taken.
 */
export async function* readIds(words: readonly string[], signal: AbortSignal): AsyncGenerator<string> {
  const seen = new IdSet();
  for (const word of words)
    for await (const id of word === '-' ? idsOnStdin(signal) : [word])
      if (!isFileId(id)) yield id;
      else if (seen.add(id)) yield id.toLowerCase();
}

/** What is no UUID cannot be the id of a file: the server need not be asked. */
export function isFileId(word: string): boolean {
  return uuid.test(word);
}

/** The words that can be ids; the others go to `onUnknown`. */
export async function* knownIds(
  words: AsyncIterable<string>,
  onUnknown: (word: string) => void,
): AsyncGenerator<string> {
  for await (const word of words)
    if (isFileId(word)) yield word;
    else onUnknown(word);
}

/** So many at a time, the last time as many as are left. */
export async function* inGroups(ids: AsyncIterable<string>, size: number): AsyncGenerator<string[]> {
  let group: string[] = [];
  for await (const id of ids) {
    group.push(id);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

async function* idsOnStdin(signal: AbortSignal): AsyncGenerator<string> {
  for await (const line of createInterface({ input: process.stdin, signal })) yield* idsIn(line);
  signal.throwIfAborted();
}

function idsIn(line: string): string[] {
  const text = line.trim();
  if (!text.startsWith('{')) return text.split(/\s+/, 1).filter(Boolean);
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    return typeof id === 'string' ? [id] : [];
  } catch {
    throw new CliError(exitCodes.usage, `This line on stdin is no JSON: ${text.slice(0, 80)}`);
  }
}
