import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '#test/support/eventually.ts';
import { claimFile, createFile, finding, openDatabaseAlone } from '#test/support/files.ts';
import type { Database } from '../database/database.ts';
import { saveResults } from './file-completion.ts';

let opened: Awaited<ReturnType<typeof openDatabaseAlone>>;
let database: Database;
before(async () => {
  opened = await openDatabaseAlone();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());

test('the rows of a file and of its result wait until they are durable; a claim does not', async () => {
  const id = await createFile(database);
  await waitForStandby('nobody');
  const claimed = await claimFile(database, id);
  await waitsUntilDurable(() => createFile(database));
  await waitsUntilDurable(() => saveResults(database, [finding(claimed)]));
});

/** Commits wait for a standby of this name, and for ever if there is none; with an empty name, for the disk alone. */
async function waitForStandby(name: string): Promise<void> {
  await query(`alter system set synchronous_standby_names = '${name}'`);
  await query('select pg_reload_conf()');
  await eventually(`commits wait for '${name}'`, async () => {
    const [row] = await query<{ found: string }>(`select current_setting('synchronous_standby_names') as found`);
    return row?.found === name;
  });
}

async function waitsUntilDurable(change: () => Promise<unknown>): Promise<void> {
  await waitForStandby('nobody');
  try {
    let done = false;
    const changing = change().then(() => {
      done = true;
    });
    await eventually('the commit waits', isWaiting, { withinMs: 10_000 });
    assert.equal(done, false);
    await waitForStandby('');
    await changing;
  } finally {
    await waitForStandby('');
  }
}

async function isWaiting(): Promise<boolean> {
  const found = await query(`select from pg_stat_activity where wait_event = 'SyncRep' and query not like 'alter%'`);
  return found.length === 1;
}

async function query<Row extends object>(text: string): Promise<Row[]> {
  return await database.query<Row>({ text });
}
