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
  const claimed = await withStandbyAway(() => claimFile(database, id));
  await waitsUntilDurable(() => createFile(database));
  await waitsUntilDurable(() => saveResults(database, [finding(claimed)]));
});

async function waitsUntilDurable(change: () => Promise<unknown>): Promise<void> {
  let changing: Promise<void> | undefined;
  await withStandbyAway(async () => {
    let done = false;
    changing = change().then(() => {
      done = true;
    });
    await eventually('the commit waits', isWaiting, { withinMs: 10_000 });
    assert.equal(done, false);
  });
  await changing;
}

/** Commits that wait for a standby wait for one that never comes, until `run` has ended. */
async function withStandbyAway<T>(run: () => Promise<T>): Promise<T> {
  await setStandby('nobody');
  try {
    return await run();
  } finally {
    await setStandby('');
  }
}

/** @param name with an empty one, commits wait for the disk alone */
async function setStandby(name: string): Promise<void> {
  await query(`alter system set synchronous_standby_names = '${name}'`);
  await query('select pg_reload_conf()');
  await eventually(`the standby is '${name}'`, async () => {
    const [row] = await query<{ found: string }>(`select current_setting('synchronous_standby_names') as found`);
    return row?.found === name;
  });
}

async function isWaiting(): Promise<boolean> {
  return (await query(`select from pg_stat_activity where wait_event = 'SyncRep'`)).length === 1;
}

async function query<Row extends object>(text: string): Promise<Row[]> {
  return await database.query<Row>({ text });
}
