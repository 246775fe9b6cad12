import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { recordToJson } from '#contract/json.ts';
import { schemas } from '#contract/schemas.ts';
import { type FileEvent, fileEvents, fileOfSnapshot, type WebhookRecord } from '#domain/webhook.ts';
import { claimFile, createFile, finding, letLeaseRunOut, openTestDatabase } from '#test/support/files.ts';
import type { Database } from '../database/database.ts';
import { deleteFiles } from '../files/file-commands.ts';
import { saveResults } from '../files/file-completion.ts';
import { cancelFiles } from '../files/file-holds.ts';
import { expireLeases, failAttempts } from '../files/file-leases.ts';
import { getFiles } from '../files/file-queries.ts';
import { leaseWebhooks, openBatches, releaseWebhook, renewWebhooks } from './outbox.ts';
import { deleteWebhooks, insertWebhook, type NewWebhook, updateWebhook } from './webhooks.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());

async function webhook(fields: Partial<NewWebhook> = {}): Promise<WebhookRecord> {
  const usual = { tenant: 'default', url: 'https://a.example/', description: '', types: [], paths: [] };
  const made = await insertWebhook(database, { ...usual, events: fileEvents, secret: 'whsec_a', ...fields }, 100);
  if (made === undefined) throw new Error('not made');
  return made;
}

async function complete(fields: Parameters<typeof createFile>[1] = {}): Promise<string> {
  const claimed = await claimFile(database, await createFile(database, fields));
  await saveResults(database, [finding(claimed)]);
  return claimed.id;
}

async function fail(fields: Parameters<typeof createFile>[1] = {}, permanent = true): Promise<string> {
  const claimed = await claimFile(database, await createFile(database, fields));
  await failAttempts(database, [{ ...claimed, errorCode: 'analyzer_error', errorMessage: 'broken', permanent }]);
  return claimed.id;
}

/** The ids of the files that a webhook is told of, by event. */
async function told({ id }: { readonly id: string }, event: FileEvent): Promise<string[]> {
  const batches = await openBatches(database, id, 1_000);
  return batches.flatMap((batch) => (batch.event === event ? batch.files.map((file) => fileOfSnapshot(file).id) : []));
}

describe('the outbox', () => {
  it('holds what a file was when it was completed, as the HTTP API shows it', async () => {
    const hook = await webhook();
    const id = await complete({ path: 'a/b.txt', requestId: 'r' });
    const [batch] = await openBatches(database, hook.id, 1);
    const [snapshot = []] = batch?.files ?? [];
    const file = fileOfSnapshot(snapshot);
    assert.deepEqual(file, (await getFiles(database, [id])).get(id));
    assert.deepEqual(schemas.File.parse(recordToJson(file)), recordToJson(file));
    assert.equal(batch?.event, 'file.completed');
    assert.equal(batch?.id.slice(-4), '0000');
  });

  it('holds what a file was before it was deleted', async () => {
    const hook = await webhook({ events: ['file.deleted'] });
    const id = await complete();
    const file = (await getFiles(database, [id])).get(id);
    await deleteFiles(database, [id], undefined);
    const [batch] = await openBatches(database, hook.id, 1);
    assert.deepEqual(fileOfSnapshot(batch?.files[0] ?? []), file);
  });

  it('tells of failures that are final only, by a report, by silence and by a cancellation', async () => {
    const hook = await webhook({ events: ['file.failed'] });
    await fail({}, false);
    const reported = await fail();
    const silent = await claimFile(database, await createFile(database));
    await database.query({ text: 'update files set silences = 100 where id = $1' }, [silent.id]);
    await letLeaseRunOut(database, silent.id);
    await expireLeases(database, 10);
    const cancelled = await createFile(database);
    await cancelFiles(database, [cancelled], undefined);
    assert.deepEqual(await told(hook, 'file.failed'), [reported, silent.id, cancelled]);
    const [batch] = await openBatches(database, hook.id, 1);
    const { status, errorCode, errorMessage } = fileOfSnapshot(batch?.files[0] ?? []);
    assert.deepEqual([status, errorCode, errorMessage], ['FAILED', 'analyzer_error', 'broken']);
  });

  it('keeps to the filters of a webhook', async () => {
    const cases: [Partial<NewWebhook>, expected: number][] = [
      [{ tenant: 'red' }, 2],
      [{ tenant: null }, 3],
      [{ tenant: null, types: ['text/*'] }, 3],
      [{ tenant: null, types: ['image/*', 'text/html'] }, 3],
      [{ tenant: null, types: ['text/plain'] }, 0],
      [{ tenant: null, types: ['text/ht*'] }, 0],
      [{ tenant: null, paths: ['in/'] }, 1],
      [{ tenant: null, paths: ['x', 'a.t'] }, 2],
      [{ tenant: 'red', paths: ['in/'] }, 1],
      [{ tenant: 'red', events: ['file.failed'] }, 0],
    ];
    const hooks = await Promise.all(cases.map(([fields]) => webhook(fields)));
    await complete({ tenant: 'red' });
    await complete({ tenant: 'red', path: 'in/a.txt' });
    await complete({ tenant: 'blue' });
    const counts = await Promise.all(hooks.map(async (hook) => (await told(hook, 'file.completed')).length));
    assert.deepEqual(
      counts,
      cases.map(([, expected]) => expected),
    );
    await deleteWebhooks(
      database,
      hooks.map(({ id }) => id),
    );
  });

  it('gets nothing for a webhook that is disabled or deleted', async () => {
    const [disabled, deleted] = [await webhook(), await webhook()];
    await updateWebhook(database, disabled.id, { enabled: false });
    await deleteWebhooks(database, [deleted.id]);
    await complete();
    assert.deepEqual([await told(disabled, 'file.completed'), await told(deleted, 'file.completed')], [[], []]);
  });
});

describe('a webhook with something to send', () => {
  it('is leased by one process at a time, until it is released', async () => {
    const hook = await webhook({ tenant: 'leased' });
    await complete({ tenant: 'leased' });
    const [one, other] = [randomUUID(), randomUUID()];
    const lease = async (token: string) =>
      (await leaseWebhooks(database, token, 60_000, [])).some(({ id }) => id === hook.id);
    assert.deepEqual([await lease(one), await lease(other)], [true, false]);
    assert.equal((await renewWebhooks(database, other, 60_000, [hook.id])).length, 0);
    assert.equal((await renewWebhooks(database, one, 60_000, [hook.id])).length, 1);
    await releaseWebhook(database, other, hook.id);
    assert.equal(await lease(other), false);
    await releaseWebhook(database, one, hook.id);
    assert.equal(await lease(other), true);
  });
});
