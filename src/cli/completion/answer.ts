import { printable } from '../output/printable.ts';
import { makeProgram } from '../program.ts';
import { complete } from './candidates.ts';
import { lookUpOn } from './look-up.ts';

/**
 * Answers the scripts of scripts.ts: `paths` or `words` on the first line, then a line for each candidate, with
 * what it means behind a tab. Whatever goes wrong, a person who types sees nothing of it.
 *
 * @param words the words after `filemill`, up to the one that is completed
 */
export async function answerShell(words: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const program = await makeProgram(env, words);
  const given = { ...program.opts(), ...connectionOptions(words), output: 'table', color: false, env } as const;
  const lookUp = lookUpOn(given);
  const { candidates, paths } = await complete(program, words, (kind) => lookUp(kind).catch(() => []));
  const lines = candidates.map(({ word, means }) =>
    means === '' ? printable(word) : `${printable(word)}\t${printable(means)}`,
  );
  process.stdout.write(`${[paths ? 'paths' : 'words', ...lines].join('\n')}\n`);
}

/** The options before the cursor that say which server is meant. */
function connectionOptions(words: readonly string[]): { server?: string; context?: string; tokenFile?: string } {
  const givenFor = (name: string) => {
    const at = words.findLastIndex((word) => word === name || word.startsWith(`${name}=`));
    const value = words[at]?.includes('=') ? words[at]?.slice(name.length + 1) : words[at + 1];
    return at < 0 || at >= words.length - 1 ? undefined : value;
  };
  const [server, context, tokenFile] = ['--server', '--context', '--token-file'].map(givenFor);
  return { ...(server && { server }), ...(context && { context }), ...(tokenFile && { tokenFile }) };
}
