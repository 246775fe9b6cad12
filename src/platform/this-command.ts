import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('../../', import.meta.url));

/**
 * What people type where this program runs, for the commands that it prints and that the page shows: `filemill` where that is
 * on the PATH, `npx ./filemill-0.1.0.tgz` where npx unpacked it, and `npx filemill` in a clone or in a project that has it.
 *
 * @param env this process's by default, as messages of failures have no other at hand
 * @param program the folder of this package
 */
export function thisCommand(env: NodeJS.ProcessEnv = process.env, program = here): string {
  if (env.FILEMILL_COMMAND) return env.FILEMILL_COMMAND;
  if (isOnPath(env.PATH ?? '', join(program, 'bin', 'filemill.js'))) return 'filemill';
  const [, unpacked] = /^(.*[\\/]_npx[\\/][^\\/]+)[\\/]/.exec(program) ?? [];
  return `npx ${unpacked === undefined ? 'filemill' : askedOfNpx(unpacked)}`;
}

/** npx and npm put folders of their own in front of the PATH, which the next command does not have. */
function isOnPath(path: string, script: string): boolean {
  return path
    .split(delimiter)
    .filter((folder) => !/[\\/]node_modules[\\/]\.bin[\\/]?$/.test(folder))
    .some((folder) => realPath(join(folder, 'filemill')) === realPath(script));
}

function realPath(path: string): string | undefined {
  return existsSync(path) ? realpathSync(path) : undefined;
}

/** npx keeps what it was asked for: the path of a tarball, or a name. */
function askedOfNpx(folder: string): string {
  try {
    const { _npx } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { _npx: { packages: [string] } };
    const [asked] = _npx.packages;
    return /^[\w./@:+-]+$/.test(asked) ? asked : `'${asked.replaceAll("'", `'\\''`)}'`;
  } catch {
    return 'filemill';
  }
}
