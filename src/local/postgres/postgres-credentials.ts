import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { tryPort } from '../ports.ts';
import { SetupError } from '../setup-error.ts';

const schema = z.object({
  port: z.number().int().min(1).max(65535),
  postgresPassword: z.string().min(1),
  fileProcessorPassword: z.string().min(1),
});

/** Kept in `credentials.json`, which only its owner may read. */
export type Credentials = z.infer<typeof schema>;

/** Reads the credentials, or makes them the first time. Takes another port when the one kept is in use. */
export async function loadCredentials(folder: string): Promise<Credentials> {
  const path = join(folder, 'credentials.json');
  const kept = await readCredentials(path);
  const port = await tryPort(kept?.port ?? 0).catch(() => tryPort(0));
  if (kept?.port === port) return kept;
  const credentials = {
    postgresPassword: randomBytes(24).toString('hex'),
    fileProcessorPassword: randomBytes(24).toString('hex'),
    ...kept,
    port,
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
