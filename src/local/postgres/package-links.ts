import { cp, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { SetupError } from '../setup-error.ts';

interface Link {
  readonly source: string;
  readonly target: string;
}

/** What a folder answers with in which this user may not write. */
const unwritable = new Set<string | undefined>(['EACCES', 'EPERM', 'EROFS']);

/**
 * npm packages cannot hold symbolic links, and npm asks before it runs the install script that makes those of PostgreSQL's
 * libraries. They are made here; where this user may not, as in an installation of root, in a mirror of the package.
 *
 * @returns the folder of the package, or `mirror`
 */
export async function withLinks(root: string, mirror: string): Promise<string> {
  try {
    await restoreLinks(root);
    return root;
  } catch (error) {
    const { cause } = error as { cause?: NodeJS.ErrnoException };
    if (!unwritable.has(cause?.code)) throw error;
    await makeMirror(root, mirror);
    return mirror;
  }
}

/** @throws SetupError for a link that cannot be made */
export async function restoreLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as Link[])
    await symlink(relative(dirname(target), source), join(root, target)).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw new SetupError(`Cannot make the link ${join(root, target)}.`, { cause });
    });
}

/**
 * Makes the mirror anew: the programs are copied, since they look for their parts beside their real path; all else is links,
 * so that it costs little and follows a newer package at the next start.
 */
export async function makeMirror(root: string, mirror: string): Promise<void> {
  const [from, to] = [join(root, 'native'), join(mirror, 'native')];
  await rm(mirror, { recursive: true, force: true });
  await mkdir(join(to, 'lib'), { recursive: true, mode: 0o700 });
  await cp(join(from, 'bin'), join(to, 'bin'), { recursive: true });
  for (const name of await readdir(from))
    if (name !== 'bin' && name !== 'lib') await symlink(join(from, name), join(to, name));
  for (const name of await readdir(join(from, 'lib'))) await symlink(join(from, 'lib', name), join(to, 'lib', name));
  await restoreLinks(mirror);
}
