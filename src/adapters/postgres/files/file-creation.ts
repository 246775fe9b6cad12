import { type CreateOutcome, fieldsOf, type NewFile, newFileFields, snakeCase } from '#domain/file.ts';
import type { FileEvents } from '#domain/file-events.ts';
import { type Quota, quotaSentence } from '#domain/quota.ts';
import { bigintArray, textArray, uuidArray } from '../database/array-parameter.ts';
import { type Database, type Statement, sqlState } from '../database/database.ts';
import { column, maxKeyAge, notifiedBy } from './file-rows.ts';
import { moved, movedEach } from './state-tables.ts';

const fields = fieldsOf(newFileFields);
const columns = fields.map(([field]) => snakeCase(field)).join(', ');

const arrays = {
  uuid: { type: 'uuid[]', encode: uuidArray },
  text: { type: 'text[]', encode: textArray },
  'text?': { type: 'text[]', encode: optionalTextArray },
  tenant: { type: 'text[]', encode: textArray },
  bytes: { type: 'bigint[]', encode: bigintArray },
} as const;

/** `unnest` fills a shorter array with nulls: where there are only nulls, none are sent. */
function optionalTextArray(values: readonly (string | null)[]): Buffer {
  return textArray(values.every((value) => value === null) ? [] : values);
}

const placeholder = (field: keyof NewFile) => `$${fields.findIndex(([one]) => one === field) + 2}`;

/** The limits of the quotas come after the fields. */
const withinQuota = `
  allowed as materialized (
    select array(select files_within_quota(${(['id', 'tenant', 'size', 'idempotencyKey'] as const).map(placeholder).join(', ')},
      $${fields.length + 2}::bigint[], $${fields.length + 3}::bigint[])) as ids
  ),`;

/** A batch is there from its first file on. The lock lets creates of one batch go on together, and has a hold wait for them. */
const namedBatches = `
  wanted as (
    select distinct i.tenant, i.batch as name from unnest(${placeholder('tenant')}::text[], ${placeholder('batch')}::text[]) as i (tenant, batch)
    where i.batch is not null
  ), named as (
    insert into batches (tenant, name) select tenant, name from wanted order by 1, 2 on conflict do nothing
  ), batches_of as (
    select tenant, name, hold, priority from batches where (tenant, name) in (select tenant, name from wanted) for share
  ),`;

const inBatch = `case when exists (
    select from batches_of b where b.tenant = i.tenant and b.name = i.batch and b.hold = 'PAUSED'
  ) then 'PAUSED' else 'PENDING' end`;

const ofBatch = `(select b.priority from batches_of b where b.tenant = i.tenant and b.name = i.batch)`;

/** The values of `columns`; `normal` is stored as null. */
function inserted(batched: boolean): string {
  const priority = `nullif(${batched ? `coalesce(i.priority, ${ofBatch})` : 'i.priority'}, 'normal')`;
  return fields.map(([field]) => (field === 'priority' ? priority : `i.${snakeCase(field)}`)).join(', ');
}

// Invariant: one row per id, and per idempotency key of a tenant, however often a create is repeated.
const insert = ({ onConflict = '', limited = false, batched = false }) => `
  with ${limited ? withinQuota : ''} ${batched ? namedBatches : ''} created as (
    insert into files (status, max_attempts, next_ring_at, ${columns})
    select ${batched ? inBatch : `'PENDING'`}, $1, now() + interval '5 seconds', ${inserted(batched)}
    from unnest(${fields.map(([, kind], n) => `$${n + 2}::${arrays[kind].type}`).join(', ')}) as i (${columns})
    where uuid_extract_timestamp(i.id) > now() - interval '${maxKeyAge}'
      and not exists (select from blob_deletions d where d.storage_key = i.storage_key)
      ${limited ? 'and i.id = any (array(select unnest(ids) from allowed))' : ''}
    ${onConflict}
    returning id, size, tenant, batch, priority${batched ? `, null as was, null as was_error, status, null as error_code` : ''}
  ), ${batched ? movedEach('created') : moved('created', null, 'PENDING')}
  select c.id, false as refused from created c left join ${notifiedBy('created')} on true
  ${limited ? `union all select i.id, true from allowed a, unnest(${placeholder('id')}) as i (id) where i.id <> all (a.ids)` : ''}`;

interface Insert {
  readonly asNew: Statement;
  /** Some are there. */
  readonly again: Statement;
}

const again = { onConflict: 'on conflict do nothing' };

/** Most files have no batch, and their statement knows of none. */
function inserts(name: string, kind: { readonly limited?: boolean; readonly batched?: boolean }): Insert {
  return {
    asNew: { name, text: insert(kind) },
    again: { name: `${name}-again`, text: insert({ ...again, ...kind }) },
  };
}

const unlimited = inserts('create-files', {});
const limited = inserts('create-files-within-quota', { limited: true });
const unlimitedInBatches = inserts('create-files-in-batches', { batched: true });
const limitedInBatches = inserts('create-files-in-batches-within-quota', { limited: true, batched: true });

function insertOf(isLimited: boolean, isBatched: boolean): Insert {
  if (isBatched) return isLimited ? limitedInBatches : unlimitedInBatches;
  return isLimited ? limited : unlimited;
}

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
 *
 * @param quotaOf what a tenant may keep; undefined for tenants that may keep everything
 */
export async function createFiles(
  database: Database,
  files: readonly NewFile[],
  maxAttempts: number,
  quotaOf: (tenant: string) => Quota | undefined = () => undefined,
  events?: Pick<FileEvents, 'accepted'>,
): Promise<CreateOutcome[]> {
  const quotas = files.map(({ tenant }) => quotaOf(tenant));
  const [free, bound] = [false, true].map((isBound) => files.filter((_, n) => (quotas[n] !== undefined) === isBound));
  const some = async (part: readonly NewFile[] = [], limits: readonly Quota[] = []) =>
    (part.length === 0 ? [] : await createPart(database, part, { maxAttempts, quotas: limits, events })).values();
  const outcomes = [
    await some(free),
    await some(
      bound,
      quotas.filter((quota) => quota !== undefined),
    ),
  ] as const;
  return quotas.map((quota) => outcomes[quota === undefined ? 0 : 1].next().value as CreateOutcome);
}

interface CreateOptions {
  readonly maxAttempts: number;
  /** The quota of each file's tenant; empty without limits. */
  readonly quotas: readonly Quota[];
  readonly events: Pick<FileEvents, 'accepted'> | undefined;
}

async function createPart(
  database: Database,
  files: readonly NewFile[],
  { maxAttempts, quotas, events }: CreateOptions,
): Promise<CreateOutcome[]> {
  const statements = insertOf(
    quotas.length > 0,
    files.some(({ batch }) => batch !== null),
  );
  // Sorted, so that two batches with the same keys cannot deadlock.
  const sorted = files
    .map((file, n) => ({ file, quota: quotas[n] }))
    .toSorted((one, other) => compare(one.file.idempotencyKey ?? '', other.file.idempotencyKey ?? ''));
  const inOrder = column(sorted, 'file');
  const most = (limit: 'maxFiles' | 'maxBytes') => sorted.map(({ quota }) => quota?.[limit] ?? null);
  const values = [
    maxAttempts,
    ...fields.map(([field, kind]) => arrays[kind].encode(column(inOrder, field) as never)),
    ...(quotas.length === 0 ? [] : [most('maxFiles'), most('maxBytes')]),
  ];
  const insertBy = (statement: Statement) => database.query<{ id: string; refused: boolean }>(statement, values);
  // Looking for conflicts first would take half as long again, and there hardly ever are any.
  const rows = await insertBy(statements.asNew).catch(async (error: unknown) => {
    // A known id or key fails the whole batch: nothing of it was written.
    if (sqlState(error) !== uniqueViolation) throw error;
    return await insertBy(statements.again);
  });
  const created = new Set(rows.flatMap(({ id, refused }) => (refused ? [] : id)));
  events?.accepted(files.filter(({ id }) => created.has(id)));
  const refused = new Set(rows.flatMap(({ id, refused }) => (refused ? id : [])));
  const others = files.filter(({ id }) => !created.has(id));
  const known = [column(others, 'id'), column(others, 'tenant'), column(others, 'idempotencyKey')];
  const earlier = others.length === 0 ? [] : await database.query<EarlierFile>(findEarlier, known);
  return files.map((file, n) => {
    if (created.has(file.id)) return { outcome: 'CREATED', id: file.id };
    const why = refused.has(file.id) ? quotaExceeded(file, quotas[n]) : tooOld;
    return outcomeOfEarlier(file, earlier) ?? why;
  });
}

const uniqueViolation = '23505';

const tooOld: CreateOutcome = {
  outcome: 'REJECTED',
  message: `The file was finished more than ${maxKeyAge} ago, or deleted since.`,
};

function quotaExceeded({ tenant }: NewFile, quota: Quota = {}): CreateOutcome {
  return { outcome: 'QUOTA_EXCEEDED', message: quotaSentence(tenant, quota) };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

type EarlierFile = Pick<NewFile, 'id' | 'tenant' | 'idempotencyKey' | 'filename' | 'size' | 'declaredSha256'>;

function outcomeOfEarlier(file: NewFile, earlier: readonly EarlierFile[]): CreateOutcome | undefined {
  const same = earlier.find(({ id }) => id === file.id);
  if (same !== undefined) return { outcome: 'CREATED', id: same.id };
  const keyed = earlier.find(
    ({ tenant, idempotencyKey }) =>
      idempotencyKey !== null && idempotencyKey === file.idempotencyKey && tenant === file.tenant,
  );
  if (keyed === undefined) return undefined;
  const sameContent =
    keyed.filename === file.filename && keyed.size === file.size && keyed.declaredSha256 === file.declaredSha256;
  return { outcome: sameContent ? 'DUPLICATE' : 'KEY_REUSED', id: keyed.id };
}
