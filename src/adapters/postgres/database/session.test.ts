import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { testDatabase } from '#test/support/stores.ts';
import { queryUnderSettings, setForSession } from './session.ts';

const resources = new AsyncDisposableStack();
let client: pg.Client & { processID?: number | undefined };

before(async () => {
  const { url } = resources.use(await testDatabase({ migrated: false }));
  client = new pg.Client({ connectionString: url });
  await client.connect();
  resources.defer(() => client.end());
});
after(() => resources.disposeAsync());

const text = `select current_setting('enable_seqscan') as seqscan, current_setting('statement_timeout') as timeout, $1::int as n`;
const current = async () => (await client.query(text, [1])).rows;
const initial = { seqscan: 'on', timeout: '0', n: 1 };
const settings = { enable_seqscan: 'off', statement_timeout: '50' };

test('what is set for one statement holds for it, and for nothing after it', async () => {
  const { rows, fields } = await queryUnderSettings(client, settings, { text, values: [7] });
  assert.deepEqual(rows, [{ seqscan: 'off', timeout: '50ms', n: 7 }]);
  assert.deepEqual(
    fields.map(({ name }) => name),
    ['seqscan', 'timeout', 'n'],
  );
  assert.deepEqual(await current(), [initial]);
});

test('a statement without parameters or rows is no exception', async () => {
  const { rows } = await queryUnderSettings(client, settings, { text: 'select where false', values: [] });
  assert.deepEqual(rows, []);
});

test('the time limit of one statement ends it, and it alone', async () => {
  const sleeping = queryUnderSettings(client, settings, { text: 'select pg_sleep(60)', values: [] });
  await assert.rejects(sleeping, { code: '57014' });
  assert.deepEqual(await current(), [initial]);
});

test('a statement that fails leaves nothing behind', async () => {
  for (const broken of ['selec', 'select 1 / $1::int', 'select * from nowhere'])
    await assert.rejects(
      queryUnderSettings(client, settings, { text: broken, values: broken.includes('$1') ? [0] : [] }),
      /syntax|zero|does not exist/,
    );
  assert.deepEqual(await current(), [initial]);
});

test('nothing is set in a session whose process is not the one that the connection was told of', async () => {
  const { processID } = client;
  client.processID = 1;
  assert.equal(await setForSession(client, settings, 5_000), false);
  assert.deepEqual(await current(), [initial]);
  client.processID = processID;
});

test('settings of an own session stay', async () => {
  assert.equal(await setForSession(client, {}, 5_000), true);
  assert.deepEqual(await current(), [initial]);
  assert.equal(await setForSession(client, settings, 5_000), true);
  assert.deepEqual(await current(), [{ seqscan: 'off', timeout: '50ms', n: 1 }]);
});
