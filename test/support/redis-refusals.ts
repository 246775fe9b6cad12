import { mkdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { workStream } from '#adapters/redis/rings.ts';
import { tryPort } from '#local/ports.ts';
import { testRedis } from './stores.ts';

/** A way in which a Redis answers and yet refuses, made for real and taken back. */
export interface RedisRefusal {
  /** The word of Redis, which the services report. */
  readonly code: string;
  /** What only an operator ends. */
  readonly lasting: boolean;
  /** How the server has to be started for it, where it cannot be led into it later. */
  readonly settings?: readonly string[];
  /** What goes before the host in the URL of the services; a user with a password unless given. */
  readonly login?: string;
  prepare?(server: RefusingRedis): Promise<unknown>;
  begin(server: RefusingRedis): Promise<unknown>;
  end(server: RefusingRedis): Promise<unknown>;
}

export interface RefusingRedis extends AsyncDisposable {
  /** For the services: `redis://…`. */
  readonly url: string;
  readonly folder: string;
  /** As an operator, over a connection that every refusal leaves alone. */
  readonly admin: Redis;
}

const allow =
  (rules: string) =>
  async ({ admin }: RefusingRedis) =>
    await admin.call('ACL', 'SETUSER', 'filemill', ...rules.split(' '));
const set =
  (...settings: readonly [string, string][]) =>
  async ({ admin }: RefusingRedis) => {
    for (const [name, value] of settings) await admin.config('SET', name, value);
  };
const cut = ({ admin }: RefusingRedis) => admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
const follow = ({ admin }: RefusingRedis) => admin.replicaof('127.0.0.1', 1);
const lead = ({ admin }: RefusingRedis) => admin.replicaof('NO', 'ONE');
const cluster =
  (change: string, state: string) =>
  async ({ admin }: RefusingRedis) => {
    await admin.call('CLUSTER', change, '0', '16383');
    await told(admin, 'CLUSTER', `cluster_state:${state}`, 'INFO');
  };

export const redisRefusals: readonly RedisRefusal[] = [
  { code: 'READONLY', lasting: false, begin: follow, end: lead },
  {
    code: 'MASTERDOWN',
    lasting: false,
    begin: async (server) =>
      await Promise.all([set(['replica-serve-stale-data', 'no'], ['replica-read-only', 'no'])(server), follow(server)]),
    end: lead,
  },
  { code: 'LOADING', lasting: false, begin: load, end: set(['key-load-delay', '0']) },
  { code: 'MISCONF', lasting: true, begin: failToSave, end: save },
  { code: 'OOM', lasting: true, begin: set(['maxmemory', '1']), end: set(['maxmemory', '0']) },
  {
    code: 'NOAUTH',
    lasting: true,
    login: '',
    begin: async (server) => [await set(['requirepass', 's3same'])(server), await cut(server)],
    end: set(['requirepass', '']),
  },
  {
    code: 'WRONGPASS',
    lasting: true,
    begin: async (server) => [await allow('resetpass >other')(server), await cut(server)],
    end: allow('resetpass >s3same'),
  },
  { code: 'NOPERM', lasting: true, begin: allow('-xadd -xreadgroup'), end: allow('+@all') },
  {
    code: 'CLUSTERDOWN',
    lasting: false,
    settings: ['--cluster-enabled', 'yes'],
    prepare: cluster('ADDSLOTSRANGE', 'ok'),
    begin: cluster('DELSLOTSRANGE', 'fail'),
    end: cluster('ADDSLOTSRANGE', 'ok'),
  },
  {
    code: 'NOREPLICAS',
    lasting: false,
    begin: set(['min-replicas-to-write', '1']),
    end: set(['min-replicas-to-write', '0']),
  },
  {
    // max number of clients reached
    code: 'ERR',
    lasting: false,
    begin: async (server) => [await set(['maxclients', '1'])(server), await cut(server)],
    end: set(['maxclients', '1000']),
  },
  {
    code: 'WRONGTYPE',
    lasting: true,
    begin: async ({ admin }) => await admin.set(workStream, 'a string'),
    end: async ({ admin }) => await admin.del(workStream),
  },
  { code: 'BUSY', lasting: false, begin: runScript, end: async ({ admin }) => await admin.script('KILL') },
];

/** A Redis that serves until it is told to refuse. */
export async function startRefusingRedis({
  settings = [],
  login = 'filemill:s3same@',
  prepare,
}: Partial<RedisRefusal> = {}): Promise<RefusingRedis> {
  await using opening = new AsyncDisposableStack();
  const port = await tryPort(0);
  const debugging = ['--enable-debug-command', 'yes', '--busy-reply-threshold', '20'];
  const redis = opening.use(await testRedis(['--port', String(port), ...debugging, ...settings]));
  const admin = new Redis(redis.url.slice('unix://'.length), { enableReadyCheck: false });
  admin.on('error', () => undefined);
  opening.defer(() => admin.disconnect());
  await admin.call('ACL', 'SETUSER', 'filemill', 'on', '>s3same', '~*', '&*', '+@all');
  const server = { url: `redis://${login}127.0.0.1:${port}`, folder: redis.folder, admin };
  await prepare?.({ ...server, [Symbol.asyncDispose]: async () => undefined });
  const resources = opening.move();
  return { ...server, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Loads what it has so slowly that it does not end by itself. */
async function load({ admin }: RefusingRedis): Promise<void> {
  const fillers = Array.from({ length: 2_000 }, (_, n) => [`filler-${n}`, 'x'.repeat(2_000)]).flat();
  await admin.config('SET', 'rdbcompression', 'no');
  await admin.mset(...fillers);
  await admin.config('SET', 'loading-process-events-interval-bytes', '1024');
  await admin.config('SET', 'key-load-delay', '20000');
  aside(admin, (client) => client.call('DEBUG', 'RELOAD'));
  await told(admin, 'INFO', 'loading:1', 'persistence');
}

/** A folder is in the way of the file that is saved. */
async function failToSave({ admin, folder }: RefusingRedis): Promise<void> {
  await rm(join(folder, 'dump.rdb'), { force: true });
  await mkdir(join(folder, 'dump.rdb'));
  await admin.config('SET', 'save', '3600 1');
  await admin.bgsave();
  await told(admin, 'INFO', 'rdb_last_bgsave_status:err', 'persistence');
}

async function save({ admin, folder }: RefusingRedis): Promise<void> {
  await rmdir(join(folder, 'dump.rdb'));
  await admin.save();
}

async function runScript({ admin }: RefusingRedis): Promise<void> {
  aside(admin, (client) => client.eval('while true do end', 0));
  while (!(await admin.ping().catch(String)).includes('BUSY')) await delay(20);
}

/** Over a connection of its own, which is held up by it. */
function aside(admin: Redis, command: (client: Redis) => Promise<unknown>): void {
  const client = admin.duplicate();
  client.on('error', () => undefined);
  command(client)
    .catch(() => undefined)
    .finally(() => client.disconnect());
}

async function told(admin: Redis, command: string, words: string, ...args: string[]): Promise<void> {
  while (!String(await admin.call(command, ...args)).includes(words)) await delay(20);
}
