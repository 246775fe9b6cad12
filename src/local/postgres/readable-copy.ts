import { cp, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/**
 * The folder itself when everybody may reach it, otherwise a copy that everybody can. (A capability lets
 * another user pass the modes of files, but not `access(2)`, by which programs look for their own parts.)
 * The copy is made once for each version of the folder and kept.
 */
export async function reachableByAll(folder: string): Promise<string> {
  if (await everybodyReaches(folder)) return folder;
  const { ino, mtimeMs } = await stat(folder);
  const copy = join(tmpdir(), `filemill-${basename(dirname(folder))}-${ino}-${Math.round(mtimeMs)}`);
  if (await isOurs(copy)) return copy;
  const fresh = await mkdtemp(`${copy}-`);
  await cp(folder, join(fresh, 'all'), { recursive: true, verbatimSymlinks: true });
  // Whoever comes second finds it done.
  await rename(join(fresh, 'all'), copy).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  await rm(fresh, { recursive: true, force: true });
  return copy;
}

async function everybodyReaches(folder: string): Promise<boolean> {
  const mayEnter = ((await stat(folder)).mode & 0o001) !== 0;
  return mayEnter && (folder === '/' || (await everybodyReaches(dirname(folder))));
}

/** A folder of another user's making is not to be run by us. */
async function isOurs(folder: string): Promise<boolean> {
  const owner = await stat(folder).then(
    ({ uid }) => uid,
    () => undefined,
  );
  if (owner === undefined) return false;
  if (owner === process.getuid?.()) return true;
  throw new Error(`${folder} belongs to another user: remove it.`);
}
