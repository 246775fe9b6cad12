import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type Actor, type AuditEvent, uploaderOf } from '#domain/audit.ts';
import { uuidAt } from '#domain/uuid.ts';
import { createFile, openTestDatabase } from '#test/support/files.ts';
import { deleteFiles, retryFiles } from '../files/file-commands.ts';
import { eventsStatement, insertEvents, listEvents, pruneAudit } from './events.ts';

const ada: Actor = { kind: 'token', id: 'adas', name: 'Ada', address: '192.0.2.1', requestId: 'r1' };
const day = 24 * 3_600_000;

function event(fields: Partial<AuditEvent> = {}): AuditEvent {
  return { id: randomUUIDv7(), actor: ada, tenant: 'red', action: 'download', object: '', detail: null, ...fields };
}

/** The first random bits differ, so that the moment stays. */
function idAt(ms: number): string {
  return uuidAt(ms).slice(0, 14) + randomUUIDv7().slice(14);
}

describe('the audit', () => {
  let opened: Awaited<ReturnType<typeof openTestDatabase>>;
  before(async () => {
    opened = await openTestDatabase();
  });
  after(() => opened[Symbol.asyncDispose]());

  const list = (filter = {}, limit = 100) => listEvents(opened.database, filter, { limit });
  const run = (text: string) => opened.database.query({ text });

  it('records an event once, however often it is written', async () => {
    const one = event({ object: 'once', detail: { offset: 3 } });
    await insertEvents(opened.database, [one]);
    await insertEvents(opened.database, [one, event({ object: 'once' })]);
    const [, found, ...more] = await list({ object: 'once' });
    assert.equal(more.length, 0);
    const { id, kind, actor, name, address, requestId, detail } = found ?? assert.fail();
    assert.deepEqual([id, kind, actor, name], [one.id, 'token', 'adas', 'Ada']);
    assert.deepEqual([address, requestId, detail], ['192.0.2.1', 'r1', { offset: 3 }]);
  });

  it('records what a caller asked for, even if PostgreSQL cannot store it', async () => {
    const hostile = 'a\0b';
    const kept = 'a\ufffdb';
    const actor = { ...ada, name: hostile };
    const events = [event({ object: hostile, actor, detail: { mimeType: hostile } }), event({ object: 'beside it' })];
    await insertEvents(opened.database, events);
    const [found] = await list({ object: kept });
    assert.deepEqual([found?.name, found?.detail], [kept, { mimeType: kept }]);
    assert.equal((await list({ object: 'beside it' })).length, 1);
  });

  for (const [what, text] of Object.entries({
    update: `update audit set name = 'Eve'`,
    delete: 'delete from audit',
    'delete of nothing': `delete from audit where name = 'Nobody'`,
    truncate: 'truncate audit',
  }))
    it(`refuses ${what}, even by the owner of the table`, async () => {
      const before = await run('select * from audit order by id');
      await assert.rejects(run(text), (error: Error) => /append-only/.test(String((error.cause as Error).message)));
      assert.deepEqual(await run('select * from audit order by id'), before);
    });

  it('forgets what is older than its retention, in batches, and nothing of the last seven days', async () => {
    const old = [30, 20, 10].map((days) => event({ id: idAt(Date.now() - days * day), object: 'old' }));
    await insertEvents(opened.database, [...old, event({ object: 'old' })]);
    assert.equal(await pruneAudit(opened.database, 15, 1), 1);
    assert.equal(await pruneAudit(opened.database, 15, 5), 1);
    assert.equal(await pruneAudit(opened.database, 15, 5), 0);
    assert.equal((await list({ object: 'old' })).length, 2);
    await assert.rejects(pruneAudit(opened.database, 6, 5));
  });

  it('shows who uploaded a file, before its deletion and after', async () => {
    const uploader = uploaderOf(ada);
    const id = await createFile(opened.database, { tenant: 'blue', uploader, requestId: 'r0' });
    const [uploaded, ...none] = await list({ object: id });
    assert.equal(none.length, 0);
    const bob = { ...ada, id: 'bobs', name: 'Bob' };
    assert.deepEqual(await deleteFiles(opened.database, [id, randomUUIDv7()], undefined, bob), [true, false]);
    const [deleted, kept, ...more] = await list({ object: id });
    assert.equal(more.length, 0);
    assert.deepEqual(kept, uploaded);
    assert.deepEqual([kept?.action, kept?.actor, kept?.requestId, kept?.id], ['upload', 'adas', 'r0', id]);
    assert.deepEqual([deleted?.action, deleted?.name, deleted?.tenant], ['delete', 'Bob', 'blue']);
  });

  it('keeps no uploads of anonymous callers, but their deletions and retries', async () => {
    const anonymous = { ...ada, kind: 'anonymous', id: '', name: 'anonymous' } as const;
    assert.equal(uploaderOf(anonymous), null);
    const id = await createFile(opened.database, { uploader: uploaderOf(anonymous) });
    assert.deepEqual(await retryFiles(opened.database, [id], 3, undefined, anonymous), ['NOT_FAILED']);
    await deleteFiles(opened.database, [id], undefined, anonymous);
    assert.deepEqual(
      (await list({ object: id })).map(({ action, kind }) => [action, kind]),
      [['delete', 'anonymous']],
    );
  });

  it('filters by caller, tenant, action and time, across recorded events and uploads', async () => {
    const carl: Actor = { ...ada, id: 'carls', name: 'Carl' };
    const now = Date.now();
    const at = (ms: number) => idAt(now + ms);
    const uploaded = await createFile(opened.database, { tenant: 'green', uploader: uploaderOf(carl) });
    const download = event({ actor: carl, tenant: 'green', id: at(60_000) });
    const text = event({ actor: carl, tenant: 'black', id: at(120_000), action: 'read_text' });
    await insertEvents(opened.database, [download, text]);
    const ids = async (filter: object) => (await list(filter)).map(({ id }) => id);
    const time = (ms: number) => new Date(now + ms);
    for (const [filter, expected] of [
      [{ actor: 'carls' }, [text.id, download.id, uploaded]],
      [{ actor: 'Carl' }, [text.id, download.id, uploaded]],
      [{ tenant: 'green' }, [download.id, uploaded]],
      [{ actor: 'Carl', action: 'upload' }, [uploaded]],
      [{ actor: 'Carl', action: 'read_text' }, [text.id]],
      [{ actor: 'Carl', since: time(60_000) }, [text.id, download.id]],
      [{ actor: 'Carl', since: time(50_000), until: time(120_000) }, [download.id]],
      [{ actor: 'Carl', object: 'no uuid' }, []],
    ] as const)
      assert.deepEqual(await ids(filter), expected, JSON.stringify(filter));
    const [first] = await list({ actor: 'Carl' }, 1);
    const rest = await listEvents(opened.database, { actor: 'Carl' }, { limit: 5, beforeId: first?.id });
    assert.deepEqual([first?.id, ...rest.map(({ id }) => id)], [text.id, download.id, uploaded]);
  });

  it('reads along the indexes', async () => {
    const { text, values } = eventsStatement({ since: new Date(0) }, { limit: 10, beforeId: randomUUIDv7() });
    const plan = await opened.database.query({ text: `explain ${text}` }, values);
    assert.match(JSON.stringify(plan), /audit_pkey/);
    assert.match(JSON.stringify(plan), /files_pkey/);
    assert.doesNotMatch(JSON.stringify(plan), /Seq Scan/);
  });
});
