import { readFile, stat } from 'node:fs/promises';
import { problemOfPath } from '#platform/problem-of-path.ts';
import { CliError, exitCodes } from '../failure.ts';

/** @param named what names the file, for messages @throws CliError when the file cannot be read, or anyone could read it */
export async function tokenIn(path: string, named: string): Promise<string> {
  const [text, { mode }] = await Promise.all([readFile(path, 'utf8'), stat(path)]).catch((error: unknown) => {
    throw new CliError(exitCodes.usage, `${named}: ${path} cannot be read: ${problemOfPath(error)}.`);
  });
  if ((mode & 0o007) !== 0)
    throw new CliError(
      exitCodes.usage,
      `${named}: every user of this machine can use the token in ${path} (its mode is ${(mode & 0o777).toString(8)}).`,
      `Keep it to yourself: chmod 600 ${path}`,
    );
  const token = text.trim();
  if (token === '') throw new CliError(exitCodes.usage, `${named}: ${path} is empty.`);
  return token;
}
