import type { CreateOutcome, NewFile } from '#domain/file.ts';
import type { Database, Statement } from './database.ts';
import { column, maxKeyAge, notifiedBy } from './file-rows.ts';

// Invariant: one row per storage key and per idempotency key, however often a create is repeated.
// Rows go in by idempotency key, so that two batches with the same keys cannot lock each other out.
const insertFiles: Statement = {
  name: 'create-files',
  text: `
    with input as (
      select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[])
        as i (storage_key, filename, path, size, mime_type, declared_sha256, idempotency_key)
    ), created as (
      insert into files (storage_key, filename, path, size, mime_type, declared_sha256, idempotency_key, max_attempts, next_ring_at)
      select i.*, $8, now() + interval '5 seconds' from input i
      where uuid_extract_timestamp(i.storage_key) > now() - interval '${maxKeyAge}'
        and not exists (select from blob_deletions d where d.storage_key = i.storage_key)
      order by i.idempotency_key, i.storage_key
      on conflict do nothing
      returning id, storage_key
    ), ${notifiedBy('created')}
    select c.id, c.storage_key as "storageKey" from created c left join notified on true`,
};

const findEarlier: Statement = {
  name: 'find-earlier-files',
  text: `
    select id, storage_key as "storageKey", idempotency_key as "idempotencyKey", filename, size,
           declared_sha256 as "declaredSha256"
    from files where storage_key = any ($1::uuid[]) or idempotency_key = any ($2::text[])`,
};

/**
 * Registers files whose bytes are durable. Answers in the order of `files`. Repeating a create with the
 * same storage key answers CREATED with the same id.
 */
export async function createFiles(
  database: Database,
  files: readonly NewFile[],
  maxAttempts: number,
): Promise<CreateOutcome[]> {
  const created = await database.query<{ id: string; storageKey: string }>(insertFiles, [
    column(files, 'storageKey'),
    column(files, 'filename'),
    column(files, 'path'),
    column(files, 'size'),
    column(files, 'mimeType'),
    column(files, 'declaredSha256'),
    column(files, 'idempotencyKey'),
    maxAttempts,
  ]);
  const ids = new Map(created.map(({ storageKey, id }) => [storageKey, id]));
  const others = files.filter(({ storageKey }) => !ids.has(storageKey));
  const earlier =
    others.length === 0
      ? []
      : await database.query<EarlierFile>(findEarlier, [
          column(others, 'storageKey'),
          column(others, 'idempotencyKey'),
        ]);
  return files.map((file) => {
    const id = ids.get(file.storageKey);
    return id === undefined ? outcomeOfEarlier(file, earlier) : { outcome: 'CREATED', id };
  });
}

type EarlierFile = Pick<NewFile, 'storageKey' | 'idempotencyKey' | 'filename' | 'size' | 'declaredSha256'> & {
  id: string;
};

function outcomeOfEarlier(file: NewFile, earlier: readonly EarlierFile[]): CreateOutcome {
  const same = earlier.find(({ storageKey }) => storageKey === file.storageKey);
  if (same !== undefined) return { outcome: 'CREATED', id: same.id };
  const keyed = earlier.find(({ idempotencyKey }) => idempotencyKey !== null && idempotencyKey === file.idempotencyKey);
  if (keyed === undefined)
    return { outcome: 'REJECTED', message: `The storage key is older than ${maxKeyAge}, or its file was deleted.` };
  const sameContent =
    keyed.filename === file.filename && keyed.size === file.size && keyed.declaredSha256 === file.declaredSha256;
  return { outcome: sameContent ? 'DUPLICATE' : 'KEY_REUSED', id: keyed.id };
}
