import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '#platform/config.ts';
import { createLogger } from '#platform/logger.ts';
import { testDatabase } from '#test/support/stores.ts';
import { Database } from './database.ts';
import { requireDurableCommits } from './durability.ts';

const logger = createLogger('test', { level: 'silent', format: 'json' });

/** fsync and full_page_writes are settings of the whole server: test/faults turns them off on its own server. */
describe('requireDurableCommits', () => {
  it('accepts PostgreSQL as it comes', async () => {
    await using stored = await testDatabase({ migrated: false });
    await using database = new Database({ url: stored.url, poolSize: 1, logger });
    await requireDurableCommits(database, { allowUnsafe: false });
  });

  it('refuses a database whose commits are not awaited, unless that is accepted', async () => {
    await using stored = await testDatabase({ migrated: false });
    const url = `${stored.url}?options=${encodeURIComponent('-c synchronous_commit=off')}`;
    await using database = new Database({ url, poolSize: 1, logger });
    await assert.rejects(
      requireDurableCommits(database, { allowUnsafe: false }),
      (error) => error instanceof ConfigError && error.message.includes('synchronous_commit'),
    );
    await requireDurableCommits(database, { allowUnsafe: true });
  });
});
