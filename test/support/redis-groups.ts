import { join } from 'node:path';
import { rehearseRing, workStream } from '#adapters/redis/rings.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { type NodeOptions, type RedisNode, startRedisNode } from './redis-node.ts';
import { testFolder } from './start-services.ts';

/** Servers of which one is the primary. */
export interface RedisServers extends AsyncDisposable {
  /** For FILEMILL_REDIS_URL. */
  readonly url: string;
  /** The server that takes rings now; waits for one. */
  primary(): Promise<RedisNode>;
  /** Makes a replica the primary while the old one lives on. */
  handOver(): Promise<void>;
}

export type GroupOptions = Pick<NodeOptions, 'program' | 'tls'>;

const password = 's3same';
/** How soon a server that does not answer is replaced. */
const patienceMs = 1_000;

/** A primary with two replicas, and three Sentinels that watch them. */
export async function startSentinelTrio(options: GroupOptions = {}): Promise<RedisServers> {
  await using opening = new AsyncDisposableStack();
  const start = await starter(opening, options);
  const secret = [`requirepass ${password}`, `masterauth ${password}`];
  const first = await start('redis-0', { config: secret.join('\n'), password });
  const follow = [...secret, `replicaof 127.0.0.1 ${first.port}`].join('\n');
  const replicas = [
    await start('redis-1', { config: follow, password }),
    await start('redis-2', { config: follow, password }),
  ];
  for (const { admin } of replicas)
    await eventually('the replica follows', async () => (await admin.info('replication')).includes('link_status:up'));
  const watch = [
    `sentinel monitor fm 127.0.0.1 ${first.port} 2`,
    `sentinel auth-pass fm ${password}`,
    `sentinel down-after-milliseconds fm ${patienceMs}`,
    'sentinel failover-timeout fm 3000',
  ].join('\n');
  const sentinels: RedisNode[] = [];
  for (const n of [0, 1, 2]) sentinels.push(await start(`sentinel-${n}`, { config: watch, args: ['--sentinel'] }));
  for (const { admin } of sentinels)
    await eventually('the Sentinels know each other', async () => {
      const [, ...others] = String(await admin.call('SENTINEL', 'SENTINELS', 'fm')).split('name,');
      return (
        others.length === 2 && String(await admin.call('SENTINEL', 'CKQUORUM', 'fm').catch(String)).startsWith('OK')
      );
    });
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const handOver = async () => {
    await sentinels[0]?.admin.call('SENTINEL', 'FAILOVER', 'fm');
  };
  return groupOf(opening, [first, ...replicas], `${schemeOf(options)}+sentinel://:${password}@${hosts}/fm`, handOver);
}

/** A cluster of three primaries; the one that holds the stream of rings has a replica. */
export async function startRedisCluster(options: GroupOptions = {}): Promise<RedisServers> {
  await using opening = new AsyncDisposableStack();
  const start = await starter(opening, options);
  const members: { readonly node: RedisNode; readonly bus: number }[] = [];
  for (const n of [0, 1, 2, 3]) {
    const bus = await freePort();
    const config = ['cluster-enabled yes', `cluster-port ${bus}`, `cluster-node-timeout ${patienceMs}`].join('\n');
    members.push({ node: await start(`node-${n}`, { config }), bus });
  }
  const nodes = members.map(({ node }) => node);
  const [first, second, third, replica] = nodes as [RedisNode, RedisNode, RedisNode, RedisNode];
  const slot = await first.admin.cluster('KEYSLOT', workStream);
  for (const [n, { admin }] of [first, second, third].entries()) {
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', Math.ceil((n * 16384) / 3), Math.ceil(((n + 1) * 16384) / 3) - 1);
    await admin.call('CLUSTER', 'SET-CONFIG-EPOCH', n + 1);
  }
  for (const { node, bus } of members.slice(1)) await first.admin.call('CLUSTER', 'MEET', '127.0.0.1', node.port, bus);
  for (const { admin } of nodes)
    await eventually('the nodes know each other', async () => {
      const info = String(await admin.call('CLUSTER', 'INFO'));
      return info.includes('cluster_known_nodes:4') && info.includes('cluster_state:ok');
    });
  const owner = nodes[Math.floor((slot * 3) / 16384)] as RedisNode;
  await replica.admin.call('CLUSTER', 'REPLICATE', String(await owner.admin.call('CLUSTER', 'MYID')));
  await eventually('the replica follows', async () =>
    (await replica.admin.info('replication')).includes('link_status:up'),
  );
  await eventually('all know the replica', async () =>
    String(await third.admin.call('CLUSTER', 'NODES')).includes('slave'),
  );
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const handOver = async () => {
    await replica.admin.call('CLUSTER', 'FAILOVER');
  };
  return groupOf(opening, nodes, `${schemeOf(options)}+cluster://${hosts}`, handOver);
}

async function starter(resources: AsyncDisposableStack, options: GroupOptions) {
  const { path } = resources.use(await testFolder());
  return async (name: string, more: Omit<NodeOptions, 'folder'>) =>
    resources.use(await startRedisNode({ ...options, ...more, folder: join(path, name) }));
}

function schemeOf({ tls }: GroupOptions): string {
  return tls === undefined ? 'redis' : 'rediss';
}

function groupOf(
  opening: AsyncDisposableStack,
  nodes: readonly RedisNode[],
  url: string,
  handOver: () => Promise<void>,
): RedisServers {
  const resources = opening.move();
  const takesRings = async (node: RedisNode) => {
    await rehearseRing(node.admin);
    return node;
  };
  return {
    url,
    handOver,
    primary: () => eventually('a server takes rings', () => Promise.any(nodes.map(takesRings)).catch(() => undefined)),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
