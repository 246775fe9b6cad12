import { access, constants, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/**
 * Where Node keeps what it compiled of the sources. To strip the types of a service anew costs it time, and
 * memory for as long as it runs: the folder is that of the installed program, so that this is done once for all data
 * folders. Node keeps versions and users apart in it.
 *
 * @param otherwise for a program that somebody else installed
 */
export async function compileCacheFolder(otherwise: string, shared = besidePackages): Promise<string> {
  try {
    await mkdir(shared, { recursive: true });
    await access(shared, constants.W_OK);
    return shared;
  } catch {
    return otherwise;
  }
}

const besidePackages = fileURLToPath(new URL('../../node_modules/.cache/filemill', import.meta.url));
