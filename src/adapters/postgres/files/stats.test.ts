import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { claimFile, createFile, finding, openTestDatabase } from '#test/support/files.ts';
import type { Database } from '../database/database.ts';
import { saveResults } from './file-completion.ts';
import { fileStats } from './stats.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());

/** A file that waited and was processed for these numbers of seconds. */
async function complete(wait: number, processing: number): Promise<void> {
  const id = await createFile(database);
  await saveResults(database, [finding(await claimFile(database, id))]);
  const times = `created_at = now() - interval '1 second' * $2, claimed_at = now(), completed_at = now() + interval '1 second' * $3`;
  await database.query({ text: `update files set ${times} where id = $1` }, [id, wait, processing]);
}

it('nothing is known of durations before the first result', async () => {
  await createFile(database);
  assert.equal((await fileStats(database)).latest, null);
});

it('durations are those of which half, and 95 of 100, took no longer', async () => {
  for (let n = 0; n <= 20; n++) await complete(n, 100 - n);
  assert.deepEqual((await fileStats(database)).latest, { wait: [10, 19], processing: [90, 99] });
});

it('only the latest thousand results count', async () => {
  await completeMany(1_000, 90);
  await completeMany(1_000, 7);
  assert.deepEqual((await fileStats(database)).latest, { wait: [7, 7], processing: [3, 3] });
});

/** Many files that all waited for these seconds, and took three seconds. */
async function completeMany(files: number, wait: number): Promise<void> {
  const text = `
    with made as (
      insert into files (id, storage_key, filename, size, max_attempts, status, created_at, claimed_at, completed_at)
      select uuidv7(), uuidv7()::text, 'many', 1, 3, 'COMPLETED', now() - interval '1 second' * $2, now(),
        now() + interval '3 seconds'
      from generate_series(1, $1::int) returning id
    )
    insert into results (file_id, output_data) select id, '{}' from made`;
  await database.query({ text }, [files, wait]);
}
