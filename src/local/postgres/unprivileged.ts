import { execFile } from 'node:child_process';
import { chown, lchown, readdir, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SetupError } from '../setup-error.ts';

const run = promisify(execFile);

/** The user "nobody": PostgreSQL needs any user with a name other than root. */
const nobody = 65534;

/** The program sees itself as nobody, and keeps the real user's access to files. */
const inNamespace = ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`];

/**
 * PostgreSQL refuses to run as root. Answers with the command prefix, if one is needed, that runs it with access to
 * `folder`, even if only root may enter the folders above:
 *
 * - an ordinary user with a name needs none;
 * - root, and a user without a name, appear as nobody in a user namespace;
 * - where namespaces are refused, root becomes nobody but keeps dac_override, so that the data, which is chowned to
 *   nobody, may stay where it is;
 * - root serves data of an ordinary user as that user.
 *
 * @throws SetupError when all of these are refused
 */
export async function unprivilegedCommand(folder: string): Promise<readonly string[]> {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && hasName()) return [];
  const { uid, gid } = await stat(folder);
  if (isRoot && uid !== 0) return await requireWorking(asUser(uid, gid));
  if (await works(inNamespace)) return inNamespace;
  if (!isRoot) throw refused();
  const command = await requireWorking(asUser(nobody, nobody));
  await giveTo(folder, nobody);
  return command;
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

function asUser(uid: number, gid: number): string[] {
  const rights = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...rights];
}

async function requireWorking(command: string[]): Promise<string[]> {
  if (await works(command)) return command;
  throw refused();
}

async function works([program = '', ...args]: readonly string[]): Promise<boolean> {
  return await run(program, [...args, 'true']).then(
    () => true,
    () => false,
  );
}

function refused(): SetupError {
  return new SetupError(
    'PostgreSQL does not run as root, and this machine allows neither a user namespace (unshare) nor another user (setpriv). ' +
      'Run "filemill up" as an ordinary user, or set FILEMILL_DATABASE_URL to a PostgreSQL 18 of your own.',
  );
}

async function giveTo(folder: string, id: number): Promise<void> {
  await chown(folder, id, id);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }))
    await lchown(join(entry.parentPath, entry.name), id, id);
}
