import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { changesFromNow, readChanges } from '#adapters/postgres/files/file-changes.ts';
import { createLogger } from '#platform/logger.ts';
import { eventually } from '#test/support/eventually.ts';
import { createFile, openTestDatabase } from '#test/support/files.ts';

import { startChangeTrimmer } from './change-trimmer.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
before(async () => {
  opened = await openTestDatabase();
});
after(() => opened[Symbol.asyncDispose]());

test('changes are forgotten when they are old, and not before', async () => {
  const { database } = opened;
  const logger = createLogger('test', { level: 'silent', format: 'json' });
  const cursor = await changesFromNow(database);
  const id = await createFile(database);
  const keepMs = 1_000;
  await using _trimmer = startChangeTrimmer({ database, logger, keepMs });
  await told(cursor, id);
  await eventually('the old changes are forgotten', async () => !(await readChanges(database, cursor, 10)).known);
  const [rows] = await database.query<{ count: number }>(
    {
      text: 'select count(*) from file_changes where ids @> array[$1::uuid]',
    },
    [id],
  );
  assert.equal(rows?.count, 0);
  const late = await changesFromNow(database);
  const other = await createFile(database);
  await told(late, other);

  /** Once no transaction is older, of other tests on this server either. */
  async function told(since: string, changed: string): Promise<void> {
    await eventually('the change is told', async () => (await readChanges(database, since, 10)).ids.includes(changed));
  }
});
