import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { freePort, isFree } from '../ports.ts';
import { SetupError } from '../setup-error.ts';

const schema = z.object({
  port: z.number().int().min(1).max(65535),
  postgresPassword: z.string().min(1),
  fileProcessorPassword: z.string().min(1),
});

/** How to reach the server; kept in `credentials.json`, which only its owner may read. */
export type Credentials = z.infer<typeof schema>;

/** Reads the credentials, or makes them the first time; takes another port when the one kept is in use. */
export async function loadCredentials(folder: string): Promise<Credentials> {
  const path = join(folder, 'credentials.json');
  const kept = await readCredentials(path);
  if (kept !== undefined && (await isFree(kept.port))) return kept;
  const credentials = {
    postgresPassword: randomBytes(24).toString('hex'),
    fileProcessorPassword: randomBytes(24).toString('hex'),
    ...kept,
    port: await freePort(),
  };
  await writeFile(`${path}.new`, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return credentials;
}

export function databaseUrl(credentials: Credentials, role: 'postgres' | 'file_processor'): string {
  const [password, database] =
    role === 'postgres'
      ? [credentials.postgresPassword, 'postgres']
      : [credentials.fileProcessorPassword, 'metadata_db'];
  return `postgresql://${role}:${password}@127.0.0.1:${credentials.port}/${database}`;
}

async function readCredentials(path: string): Promise<Credentials | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SetupError(`Cannot read ${path}. Restore it, or use another --data-dir.`, { cause });
  }
}
