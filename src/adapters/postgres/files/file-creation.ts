import { type CreateOutcome, fieldsOf, type NewFile, newFileFields, snakeCase } from '#domain/file.ts';
import { bigintArray, textArray, uuidArray } from '../database/array-parameter.ts';
import { type Database, type Statement, sqlState } from '../database/database.ts';
import { column, maxKeyAge, notifiedBy } from './file-rows.ts';
import { moved } from './state-tables.ts';

const fields = fieldsOf(newFileFields);
const columns = fields.map(([field]) => snakeCase(field)).join(', ');

const arrays = {
  uuid: { type: 'uuid[]', encode: uuidArray },
  text: { type: 'text[]', encode: textArray },
  'text?': { type: 'text[]', encode: textArray },
  tenant: { type: 'text[]', encode: textArray },
  bytes: { type: 'bigint[]', encode: bigintArray },
} as const;

// Invariant: one row per id, and per idempotency key of a tenant, however often a create is repeated.
const insert = (onConflict: string) => `
  with created as (
    insert into files (max_attempts, next_ring_at, ${columns})
    select $1, now() + interval '5 seconds', i.*
    from unnest(${fields.map(([, kind], n) => `$${n + 2}::${arrays[kind].type}`).join(', ')}) as i (${columns})
    where uuid_extract_timestamp(i.id) > now() - interval '${maxKeyAge}'
      and not exists (select from blob_deletions d where d.storage_key = i.storage_key)
    ${onConflict}
    returning id, size, tenant
  ), ${moved('created', null, 'PENDING')}
  select c.id from created c left join ${notifiedBy('created')} on true`;

const insertNew: Statement = { name: 'create-files', text: insert('') };

const insertUnlessThere: Statement = { name: 'create-files-again', text: insert('on conflict do nothing') };

const earlierColumns = `
  f.id, f.tenant, f.idempotency_key as "idempotencyKey", f.filename, f.size, f.declared_sha256 as "declaredSha256"`;

const findEarlier: Statement = {
  name: 'find-earlier-files',
  text: `
    select ${earlierColumns} from files f where f.id = any ($1::uuid[])
    union all
    select ${earlierColumns} from unnest($2::text[], $3::text[]) as i (tenant, key)
      join files f on f.tenant = i.tenant and f.idempotency_key = i.key`,
};

/**
 * Registers files whose bytes are durable; outcomes in the order of `files`. A repeated create with the same id answers
 * CREATED with that id.
 */
export async function createFiles(
  database: Database,
  files: readonly NewFile[],
  maxAttempts: number,
): Promise<CreateOutcome[]> {
  // Looking for conflicts first would take half as long again, and there hardly ever are any.
  return await create(database, files, maxAttempts, insertNew).catch(async (error: unknown) => {
    // A known id or key fails the whole batch: nothing of it was written.
    if (sqlState(error) !== uniqueViolation) throw error;
    return await create(database, files, maxAttempts, insertUnlessThere);
  });
}

const uniqueViolation = '23505';

async function create(
  database: Database,
  files: readonly NewFile[],
  maxAttempts: number,
  insertFiles: Statement,
): Promise<CreateOutcome[]> {
  // Sorted, so that two batches with the same keys cannot deadlock.
  const sorted = files.toSorted((one, other) => compare(one.idempotencyKey ?? '', other.idempotencyKey ?? ''));
  const created = await database.query<{ id: string }>(insertFiles, [
    maxAttempts,
    ...fields.map(([field, kind]) => arrays[kind].encode(column(sorted, field) as never)),
  ]);
  const ids = new Set(column(created, 'id'));
  const others = files.filter(({ id }) => !ids.has(id));
  const values = [column(others, 'id'), column(others, 'tenant'), column(others, 'idempotencyKey')];
  const earlier = others.length === 0 ? [] : await database.query<EarlierFile>(findEarlier, values);
  return files.map((file) =>
    ids.has(file.id) ? { outcome: 'CREATED', id: file.id } : outcomeOfEarlier(file, earlier),
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

type EarlierFile = Pick<NewFile, 'id' | 'tenant' | 'idempotencyKey' | 'filename' | 'size' | 'declaredSha256'>;

function outcomeOfEarlier(file: NewFile, earlier: readonly EarlierFile[]): CreateOutcome {
  const same = earlier.find(({ id }) => id === file.id);
  if (same !== undefined) return { outcome: 'CREATED', id: same.id };
  const keyed = earlier.find(
    ({ tenant, idempotencyKey }) =>
      idempotencyKey !== null && idempotencyKey === file.idempotencyKey && tenant === file.tenant,
  );
  if (keyed === undefined)
    return { outcome: 'REJECTED', message: `The file was finished more than ${maxKeyAge} ago, or deleted since.` };
  const sameContent =
    keyed.filename === file.filename && keyed.size === file.size && keyed.declaredSha256 === file.declaredSha256;
  return { outcome: sameContent ? 'DUPLICATE' : 'KEY_REUSED', id: keyed.id };
}
