import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { version } from '#platform/this-service.ts';
import type { SystemJson } from '../../src/cli/dependencies.ts';
import { filemill } from '../support/cli.ts';
import { type Cluster, startCluster, workingServices } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { testRedis } from '../support/stores.ts';

interface Report extends SystemJson {
  readonly checks: readonly { name: string; ok: boolean; detail: string; action: string | null }[];
  readonly settings: Readonly<Record<string, string>>;
}

describe('doctor', () => {
  const resources = new AsyncDisposableStack();
  let stack: Cluster;
  before(async () => {
    const redis = resources.use(await testRedis());
    const settings = { FILEMILL_REDIS_URL: redis.url, FILEMILL_MAX_BACKLOGS: '7' };
    stack = resources.use(await startCluster({ services: workingServices, settings }));
  });
  after(() => resources.disposeAsync());

  async function examine(env: Record<string, string> = {}) {
    const server = stack.env.FILEMILL_UPLOAD_TARGET ?? '';
    const { code, lines, stdout } = await filemill(['doctor', '--json'], { server, env });
    const [report] = lines<Report>();
    assert.ok(report, stdout);
    const find = (name: string) => report.checks.filter((check) => check.name === name);
    return { code, report, find, stdout };
  }

  it('tells versions, the room of the volume, clocks and workers', async () => {
    const { report, find } = await eventually('a worker has told of itself', async () => {
      const examined = await examine();
      return examined.report.services.some(({ service }) => service === 'worker') && examined;
    });
    assert.deepEqual(
      report.services.map(({ service, version: told }) => [service, told]).sort(),
      ['metadata', 'result', 'upload', 'worker'].map((service) => [service, version]),
    );
    const worker = report.services.find(({ service }) => service === 'worker');
    assert.ok(Math.abs(worker?.clock_ahead_seconds ?? Number.NaN) < 60);
    assert.match(find('PostgreSQL')[0]?.detail ?? '', /^\d+\.\d+, serves metadata, result$/);
    assert.match(find('Redis')[0]?.detail ?? '', /^\d+\.\d+\.\d+, serves upload, metadata, 1 worker$/);
    assert.match(find('Volume')[0]?.detail ?? '', /^[\d.]+ \w+ of [\d.]+ \w+ free; uploads are refused below/);
    assert.match(find('Clocks')[0]?.detail ?? '', /agree with PostgreSQL's clock/);
    assert.match(find('Filemill')[0]?.detail ?? '', new RegExp(`version ${version}`));
  });

  it('names the unknown settings of each service, with the nearest known one, and fails', async () => {
    const { code, find } = await examine();
    assert.equal(code, 5);
    const told = find('Settings').map(({ detail }) => detail);
    for (const service of ['upload', 'metadata', 'result'])
      assert.ok(
        told.some((detail) => detail.startsWith(`of ${service}: FILEMILL_MAX_BACKLOGS is not`)),
        told.join('\n'),
      );
    assert.ok(
      told.every((detail) => !detail.includes('_BACKLOGS') || /did you mean FILEMILL_MAX_BACKLOG\?/.test(detail)),
    );
  });

  it('shows the settings of this machine without their secrets', async () => {
    const env = { FILEMILL_MAX_FILESIZE: '1', OTEL_EXPORTER_OTLP_HEADERS: 'authorization=hush' };
    const { find, report, stdout } = await examine(env);
    assert.equal(report.settings.OTEL_EXPORTER_OTLP_HEADERS, '***');
    assert.ok(!stdout.includes('hush'));
    assert.ok(find('Settings').some(({ ok, detail }) => !ok && /did you mean FILEMILL_MAX_FILE_SIZE/.test(detail)));
  });

  it('says what is broken while a service hangs, and that all is well again', async () => {
    const { child: metadata } = stack.service('metadata');
    metadata.kill('SIGSTOP');
    try {
      const { code, find } = await examine();
      assert.equal(code, 5);
      assert.equal(find('Server')[0]?.ok, true);
      assert.deepEqual([find('Metadata')[0]?.ok, find('Results')[0]?.ok], [false, true]);
      assert.match(find('Metadata')[0]?.detail ?? '', /does not answer/);
    } finally {
      metadata.kill('SIGCONT');
    }
    await eventually('metadata answers again', async () => (await examine()).find('Metadata')[0]?.ok);
  });

  it('says that no worker is alive, and what to do', async () => {
    await stack.service('worker').stop();
    const { find } = await eventually('the worker has left', async () => {
      const examined = await examine();
      return examined.find('Workers')[0]?.ok === false && examined;
    });
    assert.match(find('Workers')[0]?.detail ?? '', /^none alive, 0 files pending$/);
    assert.ok(find('Workers')[0]?.action);
  });
});

it('doctor says why Redis is not used', async () => {
  await using stack = await startCluster({ services: workingServices, settings: { FILEMILL_REDIS_URL: 'none' } });
  const { stdout } = await filemill(['doctor'], { server: stack.env.FILEMILL_UPLOAD_TARGET ?? '' });
  assert.match(stdout, /✔ Redis +not used: FILEMILL_REDIS_URL is `none`/);
});

it('doctor without a server says how to reach one, for this machine and for another', async () => {
  const here = await filemill(['doctor'], { server: '127.0.0.1:1' });
  assert.match(here.stdout, /✖ Server +127.0.0.1:1 does not answer.*\n +→ Start it with `npx filemill up`/);
  const there = await filemill(['doctor'], { server: 'nobody.invalid:50051' });
  assert.match(there.stdout, /✖ Server +nobody.invalid:50051 does not answer.*\n +→ Check that it runs/);
  assert.deepEqual([here.code, there.code], [5, 5]);
});
