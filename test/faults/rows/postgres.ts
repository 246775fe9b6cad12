import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { FilemillError } from '#domain/errors.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { eventually } from '../../support/eventually.ts';
import { type ServiceName, startService } from '../../support/start-services.ts';
import type { Fault, Scene } from '../fault.ts';

export const postgresFaults: readonly Fault[] = [
  { row: 6, name: 'commit-cut', title: 'the connection is lost while rows are committed', inject: cutCommits },
  { row: 6, name: 'save-cut', title: 'the connection is lost while results are committed', inject: cutSaves },
  { row: 20, name: 'postgres-restarted', title: 'PostgreSQL restarts with -m immediate, twice', inject: restart },
  { row: 20, name: 'postgres-connections-cut', title: 'every connection is cut, five times', inject: cutAll },
  { row: 21, name: 'unsafe-database', title: 'PostgreSQL with fsync off and its like', inject: startUnsafe },
  { row: 22, name: 'pool-exhausted', title: 'a pool of 2, its connections blocked, 200 clients', inject: exhaustPool },
  {
    row: 44,
    name: 'postgres-read-only',
    title: 'PostgreSQL takes no writes for a while (25006), twice',
    inject: refuseWrites,
  },
  {
    row: 48,
    name: 'postgres-failover',
    title: 'the primary dies, and the standby that each commit waited for is promoted',
    prepare: async ({ postgres }) => await postgres.addStandby(),
    inject: failOver,
  },
];

async function cutCommits(scene: Scene): Promise<void> {
  await cutStatement(scene, 'create-files');
}

async function cutSaves(scene: Scene): Promise<void> {
  await cutStatement(scene, 'save-results');
}

/** Carried out and not answered, or sent into the unknown: as the seed chooses. */
async function cutStatement({ stack, random, injected }: Scene, statement: string): Promise<void> {
  for (let n = 0; n < 3; n++) {
    await stack.proxy.cutAt(statement, { answered: random.next() < 0.5 });
    injected();
    await delay(random.between(0, 200));
  }
}

async function restart({ stack, random, load, injected }: Scene): Promise<void> {
  for (let n = 0; n < 2; n++) {
    await load.acknowledges(random.between(1, 10));
    await stack.postgres.restartImmediately(random.between(0, 800));
    injected();
  }
}

async function cutAll({ stack, random, injected }: Scene): Promise<void> {
  for (let n = 0; n < 5; n++) {
    await delay(random.between(50, 500));
    if (stack.proxy.cutAll() > 0) injected();
  }
}

async function startUnsafe({ stack, injected }: Scene): Promise<void> {
  const settings = ['fsync', 'full_page_writes', 'synchronous_commit'];
  const reload = 'select pg_reload_conf()';
  await stack.postgres.asAdmin(...settings.map((name) => `alter system set ${name} = off`), reload);
  try {
    for (const service of ['metadata', 'result'] as const) {
      const aside = { FILEMILL_GRPC_LISTEN: `unix:${stack.folder}/aside` };
      const refusal = await refusalOf(service, { ...stack.settingsOf(service), ...aside });
      if (settings.every((name) => refusal.includes(name))) injected();
    }
  } finally {
    await stack.postgres.asAdmin(...settings.map((name) => `alter system reset ${name}`), reload);
  }
}

/** What a service says when it refuses to start; empty when it starts. */
async function refusalOf(service: ServiceName, settings: Record<string, string>): Promise<string> {
  try {
    await using _ = await startService(service, settings);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

async function exhaustPool({ stack, load, injected }: Scene): Promise<void> {
  await stack.restart('metadata', { FILEMILL_DATABASE_POOL: '2' });
  await load.acknowledges(1);
  const client = new pg.Client({ connectionString: stack.postgres.url });
  await client.connect();
  await client.query('begin; lock table files in access exclusive mode');
  const { listFiles } = stack.channel.client(MetadataService);
  const clients = Array.from({ length: 200 }, () =>
    listFiles({ pageSize: 1 }, { timeoutMs: 20_000 }).then(
      () => false,
      (error) => error instanceof FilemillError && error.reason === 'OVERLOADED',
    ),
  );
  await delay(poolPatienceMs + 1_000);
  await client.end();
  injected((await Promise.all(clients)).filter(Boolean).length);
}

/** How long a query waits for a connection of the pool. */
const poolPatienceMs = 5_000;

/** As a managed database does whose disk is full, or a standby after a failover: it answers, and reads go on. */
async function refuseWrites({ stack, random, load, injected }: Scene): Promise<void> {
  const { postgres, proxy } = stack;
  for (let n = 0; n < 2; n++) {
    await load.acknowledges(random.between(1, 5));
    await postgres.asAdmin('alter system set default_transaction_read_only = on', 'select pg_reload_conf()');
    try {
      const refusal = await eventually('writes are refused', () => refusalOfWrite(proxy.url));
      if (refusal === '25006') injected();
      await delay(random.between(500, 2_000));
    } finally {
      const writable = 'set default_transaction_read_only = off';
      await postgres.asAdmin(writable, 'alter system reset default_transaction_read_only', 'select pg_reload_conf()');
    }
  }
}

async function failOver({ stack: { postgres, proxy }, random, load, injected }: Scene): Promise<void> {
  await load.acknowledges(random.between(1, 10));
  await postgres.failOver();
  await delay(random.between(0, 2_000));
  proxy.leadTo(postgres.url);
  injected();
}

async function refusalOfWrite(connectionString: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await client.query('create temporary table probe ()').then(
      () => undefined,
      (error: pg.DatabaseError) => error.code,
    );
  } finally {
    await client.end();
  }
}
