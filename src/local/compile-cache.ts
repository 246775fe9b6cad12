import { access, constants, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/**
 * Chooses the folder of Node's compile cache. Stripping the types of a service again costs time, and memory for as long
 * as it runs, so the cache lies beside the installed program and serves all data folders. Node separates versions and
 * users in it.
 *
 * @param otherwise used when this user may not write beside the program
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
