import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { postgresRefusals, type RefusingPostgres, startRefusingPostgres } from '../support/postgres-refusals.ts';
import { type RefusingRedis, redisRefusals, startRefusingRedis } from '../support/redis-refusals.ts';
import { Dashboard } from './support/dashboard.ts';

describe('a store that refuses, on the page', () => {
  const resources = new AsyncDisposableStack();
  let postgres: RefusingPostgres;
  let redis: RefusingRedis;
  let dashboard: Dashboard;
  before(async () => {
    postgres = resources.use(await startRefusingPostgres());
    redis = resources.use(await startRefusingRedis());
    const settings = { FILEMILL_DATABASE_URL: postgres.url, FILEMILL_REDIS_URL: redis.url };
    dashboard = resources.use(await Dashboard.start(settings));
    await dashboard.stack.start('worker');
  });
  after(() => resources.disposeAsync());

  it('is told of while it lasts: Redis is done without', async () => {
    const wrongPassword = redisRefusals.find(({ code }) => code === 'WRONGPASS');
    const page = await dashboard.open('');
    const banner = page.getByText(/Redis refuses the password.*Meanwhile files are dispatched through PostgreSQL/);
    await wrongPassword?.begin(redis);
    await banner.waitFor();
    await wrongPassword?.end(redis);
    await banner.waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('is told of while it lasts: PostgreSQL is not', async () => {
    const readOnly = postgresRefusals.find(({ sqlState }) => sqlState === '25006');
    const page = await dashboard.open('');
    const banner = page.getByRole('alert').filter({ hasText: 'PostgreSQL accepts no writes' });
    await readOnly?.begin(postgres);
    await banner.waitFor();
    await readOnly?.end(postgres);
    await banner.waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('gave the browser nothing to complain of', () => assert.deepEqual(dashboard.complaints, []));
});
