import type { Blob } from '#domain/blob-store.ts';
import type { Database, Statement } from '../database/database.ts';
import { type ClockRange, presentTime } from '../database/database-clock.ts';
import { column, maxKeyAge } from '../files/file-rows.ts';

const take: Statement = {
  name: 'take-blob-deletions',
  text: `
    with free as (
      select storage_key from blob_deletions where taken_until < least(now(), $2::timestamptz)
      order by taken_until limit $1 for update skip locked
    )
    update blob_deletions b set taken_until = now() + interval '1 minute'
    from free where b.storage_key = free.storage_key returning b.storage_key as "storageKey"`,
};

// The row stays as a tombstone: a late repeated create must not restore the file without its bytes.
const confirm: Statement = {
  name: 'confirm-blob-deletions',
  text: `update blob_deletions set taken_until = 'infinity' where storage_key = any ($1::text[])`,
};

const forgetConfirmed: Statement = {
  name: 'forget-confirmed-deletions',
  text: `
    delete from blob_deletions where storage_key = any (array(
      select storage_key from blob_deletions
      where taken_until = 'infinity' and created_at < now() - 2 * interval '${maxKeyAge}' limit $1
    )) returning true`,
};

const findKnown: Statement = {
  name: 'find-blobs',
  text: `
    select i.storage_key as "storageKey" from unnest($1::uuid[], $2::text[]) as i (id, storage_key)
    where exists (select from files f where f.id = i.id and f.storage_key = i.storage_key and f.bytes_expired_at is null)
       or exists (select from blob_deletions b where b.storage_key = i.storage_key and b.taken_until < 'infinity')`,
};

/** How long the bytes of a moved blob stay at their old place for readers. */
export const movedForMs = 10 * 60_000;

// Compare-and-set: a row changes only if it still has the key that was copied. A worker with an earlier claim has time to
// read the bytes under the old key.
const move: Statement = {
  name: 'move-blobs',
  text: `
    with moved as (
      update files f set storage_key = i.to_key
      from unnest($1::uuid[], $2::text[], $3::text[]) as i (id, from_key, to_key)
      where f.id = i.id and f.storage_key = i.from_key and f.bytes_expired_at is null
      returning f.id, i.from_key
    ), queued as (
      insert into blob_deletions (storage_key, taken_until) select from_key, now() + ${movedForMs} * interval '1 ms' from moved
      on conflict do nothing
    )
    select id from moved`,
};

/**
 * Leases up to `max` keys whose bytes are to be removed, for a minute.
 *
 * @param clock the range over the last `movedForMs`
 */
export async function takeDeletions(
  database: Database,
  max: number,
  { earliest }: ClockRange = presentTime,
): Promise<string[]> {
  return column(await database.query<{ storageKey: string }>(take, [max, earliest]), 'storageKey');
}

export async function confirmDeletions(database: Database, storageKeys: readonly string[]): Promise<void> {
  await database.query(confirm, [storageKeys]);
}

/** Deletes up to `most` confirmed deletions whose keys no create can name any more, and tells how many. */
export async function forgetConfirmedDeletions(database: Database, most: number): Promise<number> {
  return (await database.query(forgetConfirmed, [most])).length;
}

/** The keys of the blobs that a file or an unconfirmed deletion refers to. */
export async function findBlobs(database: Database, blobs: readonly Blob[]): Promise<string[]> {
  const values = [column(blobs, 'id'), column(blobs, 'storageKey')];
  return column(await database.query<{ storageKey: string }>(findKnown, values), 'storageKey');
}

/** A blob and the key of its copy. */
export interface CopiedBlob extends Blob {
  readonly copyKey: string;
}

/** Points rows to the copies, and returns the ids of these rows. The bytes under the old keys are removed later. */
export async function moveBlobs(database: Database, blobs: readonly CopiedBlob[]): Promise<string[]> {
  const values = [column(blobs, 'id'), column(blobs, 'storageKey'), column(blobs, 'copyKey')];
  return column(await database.query<{ id: string }>(move, values), 'id');
}
