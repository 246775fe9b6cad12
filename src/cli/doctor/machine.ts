import { access, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { unknownSettings } from '#platform/known-settings.ts';
import { version } from '#platform/this-service.ts';
import { type Check, check } from '../check.ts';
import { formatBytes, plural, printable } from '../output/printable.ts';

/** What this machine says without a server. */
export function checkThisMachine(env: NodeJS.ProcessEnv): Check[] {
  const ok = Number(process.versions.node.split('.')[0]) >= 26;
  return [
    check('Filemill', true, `version ${version}`, null),
    check('Node', ok, process.version, 'Run `npm ci` in a clone, or install filemill again: both bring Node 26 along.'),
    ...checkSettings(env),
  ];
}

function checkSettings(env: NodeJS.ProcessEnv): Check[] {
  const set = Object.keys(env).filter((name) => /^(FILEMILL|OTEL)_/.test(name));
  const wrong = unknownSettings(env);
  if (wrong.length === 0) {
    const detail =
      set.length === 0 ? 'none is set here: the defaults apply' : `${plural(set.length, 'variable')} set here`;
    return [check('Settings', true, detail, null)];
  }
  const action = 'Correct the name, or unset the variable. docs/settings.md lists them.';
  return wrong.map((problem) => check('Settings', false, printable(problem), action));
}

/** Below this, PostgreSQL may soon be unable to write. */
const leastFree = 2 ** 30;

/** The data folder of `filemill up`; undefined if there is none. */
export async function checkDataDir(path: string): Promise<Check | undefined> {
  const isThere = await access(join(path, 'logs')).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  const { bavail, bsize, blocks } = await statfs(path);
  const [free, all] = [bavail * bsize, blocks * bsize];
  const pid = await runningPid(path);
  const runs = pid === undefined ? '`filemill up` does not run' : `\`filemill up\` runs (pid ${pid})`;
  const action = 'Free some room on its disk: without it, PostgreSQL stops and uploads are refused.';
  const detail = `${printable(path)}: ${runs}; ${formatBytes(free)} of ${formatBytes(all)} free`;
  return check('Data folder', free >= leastFree, detail, action);
}

/** The process that holds the data folder, if it lives. */
export async function runningPid(path: string): Promise<number | undefined> {
  const pid = Number(await readFile(join(path, 'pid'), 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // Another user's process lives as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : undefined;
  }
}
