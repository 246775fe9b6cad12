import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '#adapters/postgres/database/database.ts';
import { claimFiles } from '#adapters/postgres/files/file-claims.ts';
import { createFiles } from '#adapters/postgres/files/file-creation.ts';
import { defaultTenant } from '#domain/access.ts';
import { type ClaimedFile, type Finding, fieldsOf, type NewFile, newFileFields } from '#domain/file.ts';
import { startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { createLogger } from '#platform/logger.ts';
import { testDatabase } from './stores.ts';

/** An open, migrated database of the test's own. */
export async function openTestDatabase(
  adminUrl?: string,
): Promise<{ database: Database; url: string } & AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const { url } = stack.use(await testDatabase({ adminUrl }));
  const logger = createLogger('test', { level: 'silent', format: 'json' });
  const database = stack.use(new Database({ url, poolSize: 5, logger }));
  return { database, url, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The same on a server of its own. */
export async function openDatabaseAlone(): ReturnType<typeof openTestDatabase> {
  const stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'filemill-test-alone-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const { adminUrl } = stack.use(await startEmbeddedPostgres({ dataDir }));
  const { database, url } = stack.use(await openTestDatabase(adminUrl));
  return { database, url, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

export function newFile(fields: Partial<NewFile> = {}): NewFile {
  const defaults = { tenant: defaultTenant, filename: 'a.txt', path: '', size: 3, mimeType: 'text/plain' };
  const id = fields.id ?? randomUUIDv7();
  const unknown = fieldsOf(newFileFields).flatMap(([field, kind]) => (kind === 'text?' ? [[field, null]] : []));
  return { ...Object.fromEntries(unknown), id, storageKey: id, ...defaults, ...fields } as NewFile;
}

/** Creates one PENDING file and answers its id. */
export async function createFile(database: Database, fields: Partial<NewFile> = {}): Promise<string> {
  const [created] = await createFiles(database, [newFile(fields)], 3);
  if (created?.outcome !== 'CREATED') throw new Error(`not created: ${created?.outcome}`);
  return created.id;
}

/** Claims one file that must be claimable. */
export async function claimFile(database: Database, id: string): Promise<ClaimedFile> {
  const [file] = await claimFiles(database, [id], { worker: 'w', leaseToken: randomUUID(), leaseMs: 60_000 });
  if (file === undefined) throw new Error('not claimed');
  return file;
}

export function finding({ id, leaseToken }: ClaimedFile, fields: Partial<Finding> = {}): Finding {
  const sha256 = 'ab'.repeat(32);
  const outputJson = JSON.stringify({ mime_type: 'text/html', word_count: 1, sha256, size: 3 });
  return { id, leaseToken, mimeType: 'text/html', sha256, outputJson, ...fields };
}

/** Lets the clock of the database run ahead for one file. */
export async function letLeaseRunOut(database: Database, id: string): Promise<void> {
  await database.query({ text: `update files set lease_until = now() - interval '1 second' where id = $1` }, [id]);
}

/** Makes a file due that waits for its backoff. */
export async function makeDue(database: Database, id: string): Promise<void> {
  await database.query({ text: 'update files set run_after = now(), next_ring_at = now() where id = $1' }, [id]);
}
