import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import pg from 'pg';
import { readManifests } from '../../scripts/support/deploy/manifests.ts';
import { testDatabase } from '../support/stores.ts';

interface ScaledObjectSpec {
  readonly triggers: readonly { readonly metadata: { readonly query: string; readonly userName: string } }[];
}

describe("the query of the worker's autoscaler", () => {
  it('counts what is due, by priority, and what is being worked on, and nothing else', async () => {
    await using database = await testDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      const scaledObject = readManifests('k8s/autoscaling.yaml').find(({ kind }) => kind === 'ScaledObject');
      const spec = scaledObject?.spec as ScaledObjectSpec | undefined;
      const query = spec?.triggers[0]?.metadata.query ?? '';
      const { userName = '' } = spec?.triggers[0]?.metadata ?? {};
      const count = async () => {
        await client.query(`set role ${client.escapeIdentifier(userName)}`);
        const { rows } = await client.query<{ count: string }>(query);
        await client.query('reset role');
        return Number(rows[0]?.count);
      };
      assert.equal(await count(), 0);
      await client.query(`
        insert into files (id, filename, size, max_attempts, storage_key, status, run_after, lease_token, lease_until, priority)
        values (uuidv7(), 'due', 1, 3, 'a', 'PENDING', now(), null, null, null),
               (uuidv7(), 'backing off', 1, 3, 'b', 'PENDING', now() + interval '50 seconds', null, null, null),
               (uuidv7(), 'waiting since before the clock was set back', 1, 3, 'f', 'PENDING', now() + interval '30 minutes', null, null, null),
               (uuidv7(), 'interactive', 1, 3, 'g', 'PENDING', now(), null, null, 'interactive'),
               (uuidv7(), 'bulk', 1, 3, 'h', 'PENDING', now(), null, null, 'bulk'),
               (uuidv7(), 'worked on', 1, 3, 'c', 'PROCESSING', now(), gen_random_uuid(), now(), 'bulk'),
               (uuidv7(), 'done', 1, 3, 'd', 'COMPLETED', now(), null, null, null),
               (uuidv7(), 'failed', 1, 3, 'e', 'FAILED', now(), null, null, null)`);
      await client.query(`
        insert into file_states (status, file_id)
        select case status when 'PENDING' then coalesce(upper(priority), status) else status end, id
        from files where status in ('PENDING', 'FAILED')`);
      await client.query(
        "insert into file_counts select 0, status, '', count(*), sum(size) from files group by status",
      );
      // Two normal ones, four for the interactive one, one begun for the bulk one, and one in work.
      assert.equal(await count(), 8);
    } finally {
      await client.end();
    }
  });
});
