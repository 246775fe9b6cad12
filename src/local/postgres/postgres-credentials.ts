import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { tryPort } from '../ports.ts';
import { SetupError } from '../setup-error.ts';

function newPassword(): string {
  return randomBytes(24).toString('hex');
}

const schema = z.object({
  port: z.number().int().min(1).max(65535),
  postgresPassword: z.string().min(1),
  fileProcessorPassword: z.string().min(1),
  /** Earlier versions had no roles for services. */
  metadataPassword: z.string().min(1).default(newPassword),
  resultPassword: z.string().min(1).default(newPassword),
});

/** Kept in `credentials.json`, which only its owner may read. */
export type Credentials = z.infer<typeof schema>;

/** Reads the credentials, or makes them the first time. Takes another port when the one kept is in use. */
export async function loadCredentials(folder: string): Promise<Credentials> {
  const path = join(folder, 'credentials.json');
  const kept = await readCredentials(path);
  const port = await tryPort(kept?.port ?? 0).catch(() => tryPort(0));
  const fresh = { postgresPassword: newPassword(), fileProcessorPassword: newPassword() };
  const credentials = schema.parse({ ...fresh, ...kept, port });
  await writeFile(`${path}.new`, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return credentials;
}

/** The roles, and the names of their passwords. */
const passwords = {
  postgres: 'postgresPassword',
  file_processor: 'fileProcessorPassword',
  filemill_metadata: 'metadataPassword',
  filemill_result: 'resultPassword',
} as const satisfies Readonly<Record<string, keyof Credentials>>;

export function databaseUrl(credentials: Credentials, role: keyof typeof passwords): string {
  const password = credentials[passwords[role]];
  const database = role === 'postgres' ? 'postgres' : 'metadata_db';
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
