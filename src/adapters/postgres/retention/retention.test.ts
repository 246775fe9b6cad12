import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { EndedStatus, Keeping } from '#domain/retention.ts';
import { claimFile, createFile, finding, openTestDatabase } from '#test/support/files.ts';
import { stateContradictions } from '#test/support/state-contradictions.ts';
import type { Database } from '../database/database.ts';
import { deleteFiles, retryFiles } from '../files/file-commands.ts';
import { saveResults } from '../files/file-completion.ts';
import { failAttempts } from '../files/file-leases.ts';
import { getFiles } from '../files/file-queries.ts';
import { findBlobs, moveBlobs, takeDeletions } from '../upkeep/blob-deletions.ts';
import { forecast } from './forecast.ts';
import { forgetRemovedRules, listRules, removeRule, setDefaultRule, setRule } from './rules.ts';
import { dueWalks, walkPage } from './walks.ts';

const day = 86_400;
const keep = (keepFiles: number | null, keepBytes: number | null = null): Keeping => ({ keepFiles, keepBytes });

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());
afterEach(async () => {
  const contradictions = await run(stateContradictions);
  await run('truncate files, file_states, file_counts, claims, blob_deletions, retention_rules cascade');
  assert.deepEqual(contradictions, []);
});

async function run(text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
  return await database.query({ text }, values);
}

/** A file that ended so many days ago. */
async function ended(status: EndedStatus, daysAgo: number, tenant = 'default'): Promise<string> {
  const id = await createFile(database, { tenant, uploader: '["token","t1","::1","Ada"]' });
  const claimed = await claimFile(database, id);
  if (status === 'COMPLETED') await saveResults(database, [finding(claimed)]);
  else {
    const why = { errorCode: 'analyzer_error', errorMessage: 'broken', permanent: true };
    await failAttempts(database, [{ ...claimed, ...why }]);
  }
  await run(`update results set id = uuidv7($2::int * interval '-1 day') where file_id = $1`, [id, daysAgo]);
  // Created when it ended; a file keeps its id, so that it is made old by a new one.
  await run('delete from attempts where file_id = $1', [id]);
  const [row] = await run(
    `update files set id = uuidv7($2::int * interval '-1 day'), updated_at = now() - $2::int * interval '1 day' where id = $1
     returning id`,
    [id, daysAgo],
  );
  const old = String(row?.id);
  for (const table of ['results', 'file_states'])
    await run(`update ${table} set file_id = $2 where file_id = $1`, [id, old]);
  return old;
}

async function rule(scope: { tenant?: string; status?: EndedStatus }, keeping: Keeping, actsNow = true) {
  const { tenant = null, status = null } = scope;
  return await setRule(database, { tenant, status, ...keeping }, { actsNow });
}

/** Does what the janitor does, to the end, in pages of two. */
async function sweep(): Promise<void> {
  await forgetRemovedRules(database);
  for (const walk of await dueWalks(database)) while ((await walkPage(database, walk, 2)).looked === 2);
}

async function left(ids: readonly string[]): Promise<string[]> {
  const files = await getFiles(database, ids);
  return ids.map((id) => {
    const file = files.get(id);
    return file === undefined ? 'gone' : file.bytesExpiredAt === null ? 'kept' : 'no bytes';
  });
}

describe('retention', () => {
  it('keeps everything without a rule', async () => {
    const ids = [await ended('COMPLETED', 999), await ended('FAILED', 999)];
    await setDefaultRule(database, keep(null));
    await sweep();
    assert.deepEqual(await left(ids), ['kept', 'kept']);
  });

  it('removes files, and bytes, by the age of their end, and nothing that has not ended', async () => {
    const waiting = await createFile(database);
    const running = await createFile(database);
    await claimFile(database, running);
    await rule({}, keep(365 * day, 7 * day));
    const ids = [];
    for (const status of ['COMPLETED', 'FAILED'] as const)
      for (const daysAgo of [400, 366, 364, 8, 6, 0]) ids.push(await ended(status, daysAgo));
    await sweep();
    const each = ['gone', 'gone', 'no bytes', 'no bytes', 'kept', 'kept'];
    assert.deepEqual(await left([...ids, waiting, running]), [...each, ...each, 'kept', 'kept']);
    assert.equal((await takeDeletions(database, 100)).length, 8);
    const orphans = `select from results r where not exists (select from files f where f.id = r.file_id)`;
    assert.equal((await run(orphans)).length, 0);
  });

  for (const [rules, expected] of [
    // [tenant, status, days to keep, is default]; what becomes of COMPLETED and FAILED of red, then of blue, after ten days.
    [[[null, null, 5]], ['gone', 'gone', 'gone', 'gone']],
    [[[null, null, 5, true]], ['gone', 'gone', 'gone', 'gone']],
    [
      [
        [null, null, 5, true],
        [null, null, 20],
      ],
      ['kept', 'kept', 'kept', 'kept'],
    ],
    [
      [
        [null, null, 5],
        ['red', null, 20],
      ],
      ['kept', 'kept', 'gone', 'gone'],
    ],
    [
      [
        [null, null, 5],
        ['red', null, null],
      ],
      ['kept', 'kept', 'gone', 'gone'],
    ],
    [
      [
        [null, 'FAILED', 5],
        [null, null, 20],
      ],
      ['kept', 'gone', 'kept', 'gone'],
    ],
    [
      [
        [null, 'FAILED', 5],
        ['red', null, 20],
      ],
      ['kept', 'kept', 'kept', 'gone'],
    ],
    [
      [
        ['red', 'COMPLETED', 5],
        ['red', null, 20],
        [null, null, 20],
      ],
      ['gone', 'kept', 'kept', 'kept'],
    ],
    [
      [
        ['red', 'COMPLETED', 20],
        [null, 'COMPLETED', 5],
        [null, 'FAILED', 5],
      ],
      ['kept', 'gone', 'gone', 'gone'],
    ],
  ] as const)
    it(`decides by the most specific rule: ${JSON.stringify(rules)}`, async () => {
      const ids = [];
      for (const tenant of ['red', 'blue'])
        for (const status of ['COMPLETED', 'FAILED'] as const) ids.push(await ended(status, 10, tenant));
      for (const [tenant, status, days, isDefault = false] of rules)
        await setRule(
          database,
          { tenant, status, ...keep(days === null ? null : days * day) },
          { actsNow: true, isDefault },
        );
      await sweep();
      assert.deepEqual(await left(ids), expected);
    });

  it('counts from the end of a FAILED file, not from its beginning', async () => {
    const id = await ended('FAILED', 400);
    await run('update files set updated_at = now() where id = $1', [id]);
    await rule({}, keep(365 * day));
    await sweep();
    assert.deepEqual(await left([id]), ['kept']);
  });

  it('gives up bytes once, and for good', async () => {
    const id = await ended('FAILED', 8);
    const [row] = await run('select storage_key from files where id = $1', [id]);
    const storageKey = String(row?.storage_key);
    await rule({}, keep(null, 7 * day));
    await sweep();
    assert.deepEqual(await takeDeletions(database, 10), [storageKey]);
    await run('update retention_walks set resume_at = now()');
    await sweep();
    assert.deepEqual(await takeDeletions(database, 10), []);
    assert.deepEqual(await retryFiles(database, [id], 3, undefined), ['BYTES_EXPIRED']);
    assert.deepEqual(await moveBlobs(database, [{ id, storageKey, copyKey: 'copy' }]), []);
    await run('delete from blob_deletions');
    assert.deepEqual(await findBlobs(database, [{ id, storageKey }]), []);
    assert.deepEqual(await deleteFiles(database, [id], undefined), [true]);
    assert.deepEqual(await takeDeletions(database, 10), []);
  });

  it('leaves a new, changed or removed rule time for second thoughts', async () => {
    const id = await ended('COMPLETED', 10);
    const general = await rule({}, keep(20 * day));
    const changed = await rule({}, keep(5 * day), false);
    assert.equal(changed.id, general.id);
    assert.equal(changed.actsAt.getTime() - changed.changedAt.getTime(), 3_600_000);
    await sweep();
    assert.deepEqual(await left([id]), ['kept']);
    const own = await rule({ tenant: 'default' }, keep(null));
    await rule({}, keep(5 * day));
    await removeRule(database, own.id);
    await sweep();
    assert.deepEqual(await left([id]), ['kept']);
    await run(`update retention_rules set acts_at = now() where is_removed`);
    await sweep();
    assert.deepEqual(await left([id]), ['gone']);
    assert.deepEqual(
      (await listRules(database)).map((one) => one.id),
      [general.id],
    );
  });

  it('goes on as before when a rule is set to what it says', async () => {
    const one = await rule({}, keep(5 * day));
    await ended('COMPLETED', 10);
    await sweep();
    const walks = await run('select position from retention_walks order by what, status');
    assert.ok(walks.some(({ position }) => position !== null));
    assert.deepEqual(await rule({}, keep(5 * day), false), one);
    assert.deepEqual(await run('select position from retention_walks order by what, status'), walks);
  });

  it('lets two processes walk together, and removes each file once', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => ended('COMPLETED', 10)));
    await rule({}, keep(5 * day));
    const [walk] = (await dueWalks(database)).filter(({ status }) => status === 'COMPLETED');
    assert.ok(walk);
    let removed = 0;
    while ((await left(ids)).includes('kept')) {
      const pages = await Promise.all(Array.from({ length: 4 }, () => walkPage(database, walk, 4)));
      removed += pages.reduce((sum, { files }) => sum + files, 0);
    }
    assert.equal(removed, 30);
  });

  it('tells what a rule removes before it acts, as much as the caller may see, and removes nothing', async () => {
    const red = await rule({ tenant: 'red' }, keep(null));
    const general = await rule({}, keep(20 * day, 5 * day), false);
    const ids = [];
    for (const tenant of ['red', 'blue', 'green'])
      for (const daysAgo of [30, 10, 3]) ids.push(await ended('COMPLETED', daysAgo, tenant));
    ids.push(await ended('FAILED', 30, 'blue'));
    const counts = async (tenant?: string) => {
      const { files, bytes, nextAt } = await forecast(database.as(tenant), general);
      return [files.files, files.bytes, bytes.files, Math.round((Number(nextAt) - Date.now()) / 3_600_000)];
    };
    // An hour from now it acts; two days from now the next bytes have been kept for long enough.
    assert.deepEqual(await counts(), [3, 9, 5, 48]);
    assert.deepEqual(await counts('blue'), [2, 6, 3, 48]);
    assert.deepEqual((await counts('red')).slice(0, 3), [0, 0, 0]);
    assert.equal((await forecast(database, red)).files.files, 0);
    assert.deepEqual(new Set(await left(ids)), new Set(['kept']));
  });

  it('does a page as a whole, or not at all', async () => {
    const ids = [await ended('COMPLETED', 10), await ended('FAILED', 10)];
    await rule({}, keep(20 * day, 5 * day));
    await run(`create function break_down() returns trigger language plpgsql as $$ begin raise 'broken'; end $$`);
    await run(
      `create trigger broken before insert on audit for each row when (new.action = 'expire_bytes') execute function break_down()`,
    );
    await assert.rejects(sweep());
    assert.deepEqual(await left(ids), ['kept', 'kept']);
    assert.deepEqual(await run('select from blob_deletions'), []);
    assert.deepEqual(await run('select from retention_walks where position is not null'), []);
    await run('drop function break_down cascade');
    await sweep();
    assert.deepEqual(await left(ids), ['no bytes', 'no bytes']);
  });

  it('tells the audit how much of which tenant went, and who had uploaded it', async () => {
    for (const tenant of ['green', 'green', 'black']) await ended('COMPLETED', 10, tenant);
    const since = await run('select uuidv7() as id');
    const { id } = await rule({}, keep(5 * day));
    await sweep();
    const text = `select tenant, action, object, detail from audit where id > $1 and kind = 'service' order by tenant, id`;
    const events = await run(text, [since[0]?.id]);
    const files = (tenant: unknown) =>
      events
        .filter((event) => event.tenant === tenant)
        .reduce((sum, { detail }) => sum + Number((detail as { files: number }).files), 0);
    assert.deepEqual([files('green'), files('black')], [2, 1]);
    assert.ok(events.every(({ action, object }) => action === 'expire_files' && object === id));
    const uploads = await run(
      `select from audit where action = 'upload' and actor = 't1' and tenant in ('green', 'black')`,
    );
    assert.equal(uploads.length, 3);
  });

  it('shows a tenant the rules that are about it', async () => {
    await rule({}, keep(day));
    await rule({ tenant: 'red' }, keep(day));
    await rule({ tenant: 'blue' }, keep(day));
    const seen = await listRules(database.as('red'));
    assert.deepEqual(
      seen.map(({ tenant }) => tenant),
      [null, 'red'],
    );
  });
});
