import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DependencyJson, FileJson, Json } from '#contract/schemas.ts';
import { Dependency_State as State, SystemService } from '#gen/filemill/v1/system_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { filemill } from '../support/cli.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { type RefusingRedis, redisRefusals, startRefusingRedis } from '../support/redis-refusals.ts';
import type { ServiceProcess } from '../support/start-services.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

/** A whole system with a worker, and ways to look at it. */
async function startSystem(redisUrl: string) {
  const stack = await startCluster({ services: httpServices, settings: { FILEMILL_REDIS_URL: redisUrl } });
  const worker: ServiceProcess = await stack.start('worker');
  const target = stack.env.FILEMILL_UPLOAD_TARGET ?? '';
  const channel = new RpcChannel(target);
  return {
    stack,
    processes: [stack.service('upload'), stack.service('metadata'), worker],
    run: (...args: string[]) => filemill(args, { server: target }),
    /** The words for what Redis refuses these services, or `OK`. */
    async codes(...services: string[]): Promise<readonly string[]> {
      const { dependencies } = await channel.client(SystemService).getDependencies({});
      const theirs = dependencies.filter(({ part, service }) => part === 'redis' && services.includes(service));
      return theirs.map(({ state, code }) => (state === State.OK ? 'OK' : code));
    },
    async [Symbol.asyncDispose]() {
      channel[Symbol.dispose]();
      await stack[Symbol.asyncDispose]();
    },
  };
}

/** The state of the file at its end. */
async function uploadAndAwait({ base }: Cluster): Promise<FileJson> {
  const sent = await fetch(`${base}/files/a.txt`, { method: 'PUT', body: 'some words' });
  const { id } = (await sent.json()) as { id: string };
  for (;;) {
    const file = (await (await fetch(`${base}/api/v1/files/${id}`)).json()) as FileJson;
    if (file.status === 'COMPLETED' || file.status === 'FAILED') return file;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const every = (codes: readonly string[], code: string) => codes.length > 0 && codes.every((one) => one === code);

describe('a whole system whose Redis refuses', () => {
  const resources = new AsyncDisposableStack();
  let redis: RefusingRedis;
  let system: Awaited<ReturnType<typeof startSystem>>;
  before(async () => {
    redis = resources.use(await startRefusingRedis());
    system = resources.use(await startSystem(redis.url));
  });
  after(() => resources.disposeAsync());

  /** By one sentence, to operators, on the command line, and to load balancers and the page. */
  async function isShown(code: string): Promise<void> {
    const { stack, run } = system;
    const response = await fetch(`${stack.base}/readyz`);
    const { missing, degraded } = (await response.json()) as Json<'Ready'>;
    assert.deepEqual([response.status, missing], [200, []]);
    const sentence = degraded[0]?.detail ?? 'nothing';
    assert.match(sentence, /Redis/);
    assert.doesNotMatch(sentence, /127\.0\.0\.1|s3same/);
    for (const name of ['upload', 'metadata', 'worker'] as const)
      await eventually('the service is ready', async () => {
        const { status, body } = await stack.readyz(name);
        return status === 200 && body === `ok\ndegraded: ${sentence}\n`;
      });
    const doctor = await run('doctor');
    assert.equal(doctor.code, 5);
    assert.ok(doctor.stdout.includes(sentence.replace(/\.$/, '')), doctor.stdout);
    const [{ dependencies } = { dependencies: [] }] = (await run('stats', '--json')).lines<{
      dependencies: DependencyJson[];
    }>();
    assert.ok(dependencies.some((one) => one.service === 'metadata' && one.code === code && one.detail === sentence));
  }

  // The others need a server, or a URL, of their own: see below.
  for (const { code, begin, end } of redisRefusals.filter(({ settings, login }) => (settings ?? login) === undefined))
    it(`works on without it while it answers ${code}, shows it, and uses it again`, async () => {
      const { stack, codes, processes } = system;
      await begin(redis);
      try {
        assert.equal((await uploadAndAwait(stack)).attempt, 1);
        await eventually('all services name the refusal', async () => every(await codes('upload', 'metadata'), code));
        assert.equal((await uploadAndAwait(stack)).attempt, 1);
        await isShown(code);
      } finally {
        await end(redis);
      }
      await eventually('all services are well again', async () => every(await codes('upload', 'metadata'), 'OK'));
      await eventually(
        'the worker is no longer degraded',
        async () => !(await stack.readyz('worker')).body.includes('degraded'),
      );
      assert.equal((await uploadAndAwait(stack)).attempt, 1);
      for (const { name, log } of processes) {
        const told = log().match(new RegExp(`"code":"${code}"`, 'g')) ?? [];
        assert.equal(told.length, 1, `${name} told of it ${told.length} times`);
      }
    });
});

describe('a whole system whose Redis fails over behind one address', () => {
  it('leaves the old primary, which goes on as a replica, without a restart', async () => {
    await using old = await startRefusingRedis();
    await using heir = await startRefusingRedis();
    const port = ({ url }: RefusingRedis) => Number(new URL(url).port);
    await using address = await TcpProxy.start(port(old));
    await using system = await startSystem(old.url.replace(/127.*/, address.address));
    const own = ['upload', 'metadata', 'worker'];
    await uploadAndAwait(system.stack);
    await eventually('all services are well again', async () => every(await system.codes(...own), 'OK'));

    address.retarget(port(heir));
    await old.admin.replicaof('127.0.0.1', port(heir));
    const clients = async () => Number(/^connected_clients:(\d+)/m.exec(await heir.admin.info('clients'))?.[1]);
    // One for each service, beside that of this test.
    await eventually('the services are connected', async () => (await clients()) === own.length + 1);
    const left = String(await old.admin.call('CLIENT', 'LIST', 'TYPE', 'normal'));
    assert.equal(left.trim().split('\n').length, 1, left);
    await uploadAndAwait(system.stack);
    await eventually('all services are well again', async () => every(await system.codes(...own), 'OK'));
    assert.equal((await system.run('doctor')).code, 0);
  });
});

describe('a whole system that starts while Redis refuses', () => {
  const own = ['upload', 'metadata', 'worker'];
  for (const refusal of redisRefusals.filter(({ code }) => /WRONGPASS|NOAUTH|CLUSTERDOWN/.test(code)))
    it(`with ${refusal.code} works, looks healthy nowhere, and needs no restart`, async () => {
      await using redis = await startRefusingRedis(refusal);
      await refusal.begin(redis);
      await using system = await startSystem(redis.url);
      assert.equal((await uploadAndAwait(system.stack)).attempt, 1);
      await eventually('all services name the refusal', async () => every(await system.codes(...own), refusal.code));
      const { code, stdout } = await system.run('doctor');
      assert.equal(code, 5);
      assert.match(stdout, /✖ Redis +upload, metadata, 1 worker: \w/);
      assert.match((await system.run('stats')).stdout, /upload, metadata, 1 worker: \w/);
      const line = new RegExp(`"level":"${refusal.lasting ? 'error' : 'warn'}".*"code":"${refusal.code}"`, 'g');
      for (const { name, log } of system.processes) assert.equal(log().match(line)?.length, 1, name);
      await refusal.end(redis);
      await eventually('all services are well again', async () => every(await system.codes(...own), 'OK'));
      assert.equal((await uploadAndAwait(system.stack)).attempt, 1);
    });
});
