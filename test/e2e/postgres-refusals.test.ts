import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { migrate } from '#adapters/postgres/database/migrate.ts';
import type { DependencyJson, FileJson, Json, Problem } from '#contract/schemas.ts';
import { catalogue } from '#domain/errors.ts';
import { startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { filemill } from '../support/cli.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { postgresRefusals, type RefusingPostgres, startRefusingPostgres } from '../support/postgres-refusals.ts';
import { testFolder } from '../support/start-services.ts';

describe('a whole system whose PostgreSQL refuses', () => {
  const resources = new AsyncDisposableStack();
  let postgres: RefusingPostgres;
  let stack: Cluster;
  before(async () => {
    postgres = resources.use(await startRefusingPostgres());
    stack = resources.use(
      await startCluster({ services: httpServices, settings: { FILEMILL_DATABASE_URL: postgres.url } }),
    );
    await stack.start('worker');
  });
  after(() => resources.disposeAsync());

  const run = (...args: string[]) => filemill(args, { server: stack.env.FILEMILL_UPLOAD_TARGET ?? '' });
  const at = (path: string, method = 'GET', body?: string) =>
    fetch(`${stack.base}${path}`, { method, ...(body !== undefined && { body }) });
  const upload = async () => ((await (await at('/files/a.txt', 'PUT', 'some words')).json()) as { id?: string }).id;
  const completed = async (id: string) => {
    const { status, attempt } = (await (await at(`/api/v1/files/${id}`)).json()) as Partial<FileJson>;
    if (status === 'COMPLETED') assert.equal(attempt, 1, 'an attempt was charged');
    return status === 'COMPLETED';
  };

  /** To operators, to whoever asks the command line, and to load balancers and the page. */
  async function isShown(sqlState: string): Promise<void> {
    const stats = await run('stats', '--json', '--retry-for', '1s');
    const doctor = await run('doctor', '--json');
    assert.equal(doctor.code, 5);
    const [{ checks } = { checks: [] }] = doctor.lines<{ checks: { name: string; ok: boolean; detail: string }[] }>();
    const shown = checks.find(({ name, ok }) => name === 'PostgreSQL' && !ok)?.detail ?? '';
    const response = await at('/readyz');
    const { missing } = (await response.json()) as Json<'Ready'>;
    assert.equal(response.status, 503);
    const detail = missing.find(({ part }) => part === 'metadata')?.detail ?? 'nothing';
    assert.ok(shown.includes(detail.replace(/\.$/, '')), `doctor says "${shown}", /readyz "${detail}"`);
    if (stats.code !== 0) assert.ok(stats.stderr.includes(detail), stats.stderr);
    else {
      const [{ dependencies } = { dependencies: [] }] = stats.lines<{ dependencies: DependencyJson[] }>();
      assert.ok(dependencies.some(({ service, code }) => service === 'metadata' && code === sqlState));
    }
  }

  for (const { sqlState, lasting, ofConnection, begin, end } of postgresRefusals)
    it(`says so in a sentence while it answers ${sqlState}, and loses nothing`, async () => {
      const id = (await upload()) ?? '';
      await begin(postgres);
      try {
        await eventually('the deletion is refused by name', async () => {
          const response = await at(`/api/v1/files/${id}`, 'DELETE');
          const { reason, detail, facts } = (await response.json()) as Problem;
          if (facts?.code !== sqlState) return false;
          assert.equal(response.status, 503);
          assert.equal(reason, lasting ? 'STORE_REFUSES' : 'UNAVAILABLE');
          assert.equal(Number(response.headers.get('retry-after')), lasting ? 5 : 1);
          assert.match(detail, /PostgreSQL|database|role/);
          return true;
        });
        // What no waiting mends is not waited for.
        const { code, stderr } = await run('delete', id, '--retry-for', lasting ? '1h' : '1s');
        assert.equal(code, 5, stderr);
        assert.doesNotMatch(stderr, new RegExp(`${catalogue.INTERNAL.what}|npm start`));
        assert.match(stderr, lasting ? /filemill: .*\n {2}→ An operator/ : /Try again later/);
        if (!ofConnection) await isShown(sqlState);
      } finally {
        await end(postgres);
      }
      await eventually('an upload is kept', async () => (await upload()) !== undefined);
      await eventually('the file is COMPLETED', () => completed(id));
      assert.equal((await at(`/api/v1/files/${id}`, 'DELETE')).status, 204);
      for (const { log } of stack.running()) assert.doesNotMatch(log(), /"level":"fatal"|call failed/);
    });

  it('that takes no writes keeps metadata, result and upload from being ready, each of which says why', async () => {
    const readOnly = postgresRefusals.find(({ sqlState }) => sqlState === '25006');
    const id = (await upload()) ?? '';
    await eventually('the file is COMPLETED', () => completed(id));
    await readOnly?.begin(postgres);
    try {
      for (const name of ['metadata', 'result', 'upload'] as const)
        await eventually('the service says why it is not ready', async () => {
          const { status, body } = await stack.readyz(name);
          return status === 503 && body.includes('PostgreSQL accepts no writes');
        });
      const { code, stdout } = await run('get', id);
      assert.equal(code, 0);
      assert.match(stdout, /COMPLETED/);
    } finally {
      await readOnly?.end(postgres);
    }
    for (const name of ['metadata', 'result', 'upload'] as const)
      await eventually('the service is ready', async () => (await stack.readyz(name)).status === 200);
  });
});

describe('a whole system whose PostgreSQL is restarted', () => {
  it('tells apart that it shuts down, is away, and starts up, and goes on by itself', async () => {
    await using folder = await testFolder();
    const dataDir = join(folder.path, 'postgres');
    const server = await startEmbeddedPostgres({ dataDir });
    await using opening = new AsyncDisposableStack();
    opening.defer(() => server.stop());
    await migrate(server.url);
    const stack = opening.use(
      await startCluster({ services: httpServices, settings: { FILEMILL_DATABASE_URL: server.url } }),
    );
    await stack.start('worker');
    const run = (...args: string[]) =>
      filemill(args, { server: stack.env.FILEMILL_UPLOAD_TARGET ?? '', stdin: 'words' });
    const upload = () => run('upload', '-', '--name', 'a.txt', '--wait', '--retry-for', '1h');
    assert.equal((await upload()).code, 0);

    await server.stop();
    const shows = async (words: string) => (await stack.readyz('metadata')).body.includes(words);
    await eventually('the page shows “PostgreSQL does not answer (ECONNREFUSED)”', () =>
      shows('PostgreSQL does not answer (ECONNREFUSED)'),
    );
    assert.match((await run('doctor')).stdout, /✖ PostgreSQL +metadata, result: PostgreSQL does not answer/);

    // A standby without a primary starts up for ever.
    await writeFile(join(dataDir, 'data', 'standby.signal'), '');
    await writeFile(join(dataDir, 'data', 'postgresql.auto.conf'), 'hot_standby = off\n');
    const giveUp = new AbortController();
    const recovering = assert.rejects(startEmbeddedPostgres({ dataDir, signal: giveUp.signal }));
    await eventually('the page shows “PostgreSQL is starting up”', () => shows('PostgreSQL is starting up'));
    assert.match((await run('doctor')).stdout, /✖ PostgreSQL +metadata, result: PostgreSQL is starting up/);
    const sent = upload();
    giveUp.abort();
    await recovering;

    await rm(join(dataDir, 'data', 'standby.signal'));
    const again = await startEmbeddedPostgres({ dataDir });
    opening.defer(() => again.stop());
    assert.equal((await sent).code, 0);
    const told = stack
      .service('metadata')
      .log()
      .split('\n')
      .filter((line) => line.includes('"code":"AWAY"'));
    assert.equal(told.length, 1, told.join('\n'));
  });
});
