import type { Database, Statement } from './database.ts';
import { column, maxKeyAge } from './file-rows.ts';

const take: Statement = {
  name: 'take-blob-deletions',
  text: `
    with free as (
      select storage_key from blob_deletions where taken_until < now()
      order by taken_until limit $1 for update skip locked
    )
    update blob_deletions b set taken_until = now() + interval '1 minute'
    from free where b.storage_key = free.storage_key returning b.storage_key as "storageKey"`,
};

// The row stays as a tombstone: a create that is repeated late must not bring the file back without its bytes.
const confirm: Statement = {
  name: 'confirm-blob-deletions',
  text: `update blob_deletions set taken_until = 'infinity' where storage_key = any ($1::uuid[])`,
};

const forgetConfirmed: Statement = {
  name: 'forget-confirmed-deletions',
  text: `
    delete from blob_deletions where taken_until = 'infinity'
    and uuid_extract_timestamp(storage_key) < now() - 2 * interval '${maxKeyAge}'`,
};

const findKnown: Statement = {
  name: 'find-storage-keys',
  text: `
    select k as "storageKey" from unnest($1::uuid[]) as k
    where exists (select from files f where f.storage_key = k)
       or exists (select from blob_deletions b where b.storage_key = k and b.taken_until < 'infinity')`,
};

/** Up to `max` keys whose bytes are to be removed; nobody else gets them for a minute. */
export async function takeDeletions(database: Database, max: number): Promise<string[]> {
  return column(await database.query<{ storageKey: string }>(take, [max]), 'storageKey');
}

export async function confirmDeletions(database: Database, storageKeys: readonly string[]): Promise<void> {
  await database.query(confirm, [storageKeys]);
}

/** Forgets confirmed deletions once no create could name their keys any more. */
export async function forgetConfirmedDeletions(database: Database): Promise<void> {
  await database.query(forgetConfirmed);
}

/** Those of the keys that a file, or a deletion not yet confirmed, knows. */
export async function findStorageKeys(database: Database, storageKeys: readonly string[]): Promise<string[]> {
  return column(await database.query<{ storageKey: string }>(findKnown, [storageKeys]), 'storageKey');
}
