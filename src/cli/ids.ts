import { createInterface } from 'node:readline';
import { CliError, exitCodes } from './failure.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The ids on the command line; `-` stands for those on stdin, one a line: bare, first on the line, or in
 * the `id` of a JSON object, as the other commands print them. Each once, in order and in lower case, as the
 * server writes them.
 */
export async function readIds(words: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const word of words) {
    if (word === '-') for await (const line of createInterface({ input: process.stdin })) ids.push(...idsIn(line));
    else ids.push(word);
  }
  return [...new Set(ids.map((id) => (isFileId(id) ? id.toLowerCase() : id)))];
}

/** What is no UUID cannot be the id of a file: the server need not be asked. */
export function isFileId(word: string): boolean {
  return uuid.test(word);
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
