import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { mintToken, parseToken, tokenText } from '#domain/token.ts';
import type { DataDir } from './data-dir.ts';
import { SetupError } from './setup-error.ts';

export interface AccessSecrets {
  /** The key under which tokens are stored. */
  readonly tokenKey: string;
  /** The token of whoever owns the data folder; it may do everything. */
  readonly adminToken: string;
}

/** With these, settings can be checked before the data folder is open. */
export const standInSecrets: AccessSecrets = {
  tokenKey: 'x'.repeat(32),
  adminToken: tokenText({ id: '0'.repeat(12), secret: '0'.repeat(43) }),
};

/** Reads `token-key` and `admin-token` of the data folder, which only their owner may read, or makes them the first time. */
export async function loadAccessSecrets(folder: DataDir): Promise<AccessSecrets & { readonly adminTokenFile: string }> {
  const adminTokenFile = folder.within('admin-token');
  const tokenKey = await readOrMake(folder.within('token-key'), () => randomBytes(32).toString('base64url'));
  const adminToken = await readOrMake(adminTokenFile, () => tokenText(mintToken()));
  if (parseToken(adminToken) === undefined)
    throw new SetupError(`${adminTokenFile} holds no token. Delete it, and a new one is made.`);
  return { tokenKey, adminToken, adminTokenFile };
}

async function readOrMake(path: string, make: () => string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw new SetupError(`Cannot read ${path}.`, { cause });
    const made = make();
    await writeFile(`${path}.new`, `${made}\n`, { mode: 0o600 });
    await rename(`${path}.new`, path);
    return made;
  }
}
