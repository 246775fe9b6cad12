import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { saveResults } from '#adapters/postgres/files/file-completion.ts';
import { getFiles } from '#adapters/postgres/files/file-queries.ts';
import { listRules } from '#adapters/postgres/retention/rules.ts';
import type { Keeping } from '#domain/retention.ts';
import { createLogger } from '#platform/logger.ts';
import { eventually } from '#test/support/eventually.ts';
import { claimFile, createFile, finding, openTestDatabase } from '#test/support/files.ts';
import { startJanitor } from './janitor.ts';

const logger = createLogger('test', { level: 'silent', format: 'json' });
const day = 86_400;

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
before(async () => {
  opened = await openTestDatabase();
});
after(() => opened[Symbol.asyncDispose]());

const janitor = (defaults: Keeping) => startJanitor({ database: opened.database, defaults, logger });

test('two janitors follow the default of the settings once its hour is over, and forget it with the settings', async () => {
  const { database } = opened;
  const run = (text: string, values: readonly unknown[] = []) => database.query({ text }, values);
  const ids = await Promise.all(Array.from({ length: 20 }, () => createFile(database)));
  for (const id of ids) await saveResults(database, [finding(await claimFile(database, id))]);
  await run(`update results set id = uuidv7(interval '-8 days')`);
  {
    await using _first = janitor({ keepFiles: 7 * day, keepBytes: null });
    const [rule] = await eventually('the default is known', async () => {
      const rules = await listRules(database);
      return rules.length > 0 && rules;
    });
    assert.deepEqual([rule?.isDefault, rule?.keepFiles], [true, 7 * day]);
    assert.equal((await getFiles(database, ids)).size, 20);
  }
  await run('update retention_rules set acts_at = now()');
  {
    await using _first = janitor({ keepFiles: 7 * day, keepBytes: null });
    await using _second = janitor({ keepFiles: 7 * day, keepBytes: null });
    await eventually('all are removed', async () => (await getFiles(database, ids)).size === 0);
    const [told] = await run(`select sum((detail ->> 'files')::int) as files from audit where action = 'expire_files'`);
    assert.deepEqual(told, { files: 20 });
  }
  await using _third = janitor({ keepFiles: null, keepBytes: null });
  await eventually('the default is forgotten', async () => (await listRules(database)).length === 0);
});
