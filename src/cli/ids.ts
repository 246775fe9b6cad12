import { createInterface } from 'node:readline';
import { CliError, exitCodes } from './failure.ts';
import { IdSet } from './id-set.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Yields each id on the command line once, in order and in lower case, as the server writes them. `-` stands for stdin,
 * with one id a line: the first word, or the `id` of a JSON object, as other commands print them. Back-pressure reaches
 * stdin.
 */
export async function* readIds(words: readonly string[], signal: AbortSignal): AsyncGenerator<string> {
  const seen = new IdSet();
  for (const word of words)
    for await (const id of word === '-' ? idsOnStdin(signal) : [word])
      if (!isFileId(id)) yield id;
      else if (seen.add(id)) yield id.toLowerCase();
}

/** Only UUIDs can be ids of files, so the server need not be asked about other words. */
export function isFileId(word: string): boolean {
  return uuid.test(word);
}

/** Yields the words that can be ids; the others go to `onUnknown`. */
export async function* knownIds(
  words: AsyncIterable<string>,
  onUnknown: (word: string) => void,
): AsyncGenerator<string> {
  for await (const word of words)
    if (isFileId(word)) yield word;
    else onUnknown(word);
}

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
    throw new CliError(exitCodes.usage, `This line on stdin is not valid JSON: ${text.slice(0, 80)}`);
  }
}
