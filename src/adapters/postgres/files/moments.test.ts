import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { testDatabase } from '#test/support/stores.ts';
import { isOver } from './moments.ts';

test('a lease that was granted after a transaction began, and before its statement looked, is not over', async () => {
  await using stored = await testDatabase({ migrated: false });
  const client = new pg.Client({ connectionString: stored.url });
  await client.connect();
  try {
    const ask = async (until: string) => {
      const parameters = { until: '$1::timestamptz', ms: '$2::int', earliest: `'infinity'`, latest: `'-infinity'` };
      const { rows } = await client.query(`select ${isOver(parameters)} as over`, [until, 15_000]);
      return rows[0].over as boolean;
    };
    const lease = `select (clock_timestamp() + interval '15 seconds')::text as until`;
    await client.query('begin');
    const { rows } = await client.query(lease);
    const [{ until }] = rows;
    assert.equal(await ask(until), false);
    assert.equal(await ask('infinity'), true);
  } finally {
    await client.end();
  }
});
