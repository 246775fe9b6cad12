import { isIP } from 'node:net';
import { Redis } from 'ioredis';
import type { ClientTls } from '#platform/tls/certificates.ts';
import type { RedisGroup, RedisHost } from './address.ts';

interface FinderOptions {
  readonly group: RedisGroup;
  /** The key whose holder is the primary, in a cluster. */
  readonly key: string;
  /** Present if the group speaks TLS. */
  readonly tls: ClientTls | undefined;
  /** How long one server may take to answer. */
  readonly answerWithinMs: number;
}

/** Asks the servers of a group, one after the other, which server is the primary. */
export class PrimaryFinder {
  readonly #options: FinderOptions;
  /** The server that is asked first: another each time, since a server that is cut off knows no better. */
  #first = 0;

  constructor(options: FinderOptions) {
    this.#options = options;
  }

  /** @throws Error of the server that was asked last, if none knows */
  async find(): Promise<RedisHost> {
    const { seeds } = this.#options.group;
    const first = this.#first++ % seeds.length;
    let trouble: unknown;
    for (const seed of [...seeds.slice(first), ...seeds.slice(0, first)]) {
      try {
        return await this.#ask(seed);
      } catch (error) {
        trouble = error;
      }
    }
    throw trouble;
  }

  async #ask(seed: RedisHost): Promise<RedisHost> {
    const { group, key } = this.#options;
    const server = new Redis(this.#connectionOptions(seed));
    let trouble: Error | undefined;
    server.on('error', (error) => {
      trouble = error;
    });
    try {
      await server.connect();
      return group.kind === 'sentinel' ? await primaryNamed(server, group.name) : await ownerOf(server, key, seed);
    } catch (error) {
      // A rejected connection does not say why.
      throw trouble ?? error;
    } finally {
      server.disconnect();
    }
  }

  #connectionOptions({ host, port }: RedisHost) {
    const { group, tls, answerWithinMs } = this.#options;
    const ofSentinel = { username: group.sentinelUsername, password: group.sentinelPassword };
    return {
      host,
      port,
      ...(group.kind === 'sentinel' ? ofSentinel : { username: group.username, password: group.password }),
      ...(tls && { tls: tlsOptions(host, tls) }),
      protocol: 2 as const,
      lazyConnect: true,
      disableClientInfo: true,
      enableReadyCheck: false,
      connectTimeout: answerWithinMs,
      commandTimeout: answerWithinMs,
      retryStrategy: () => null,
    };
  }
}

/** ioredis reads them for each connection. It sends no server name by itself, which some managed servers route by. */
export function tlsOptions(host: string, tls: ClientTls) {
  return {
    get secureContext() {
      return tls.context;
    },
    rejectUnauthorized: true,
    ...(isIP(host) === 0 && { servername: host }),
  };
}

/** https://redis.io/docs/latest/develop/reference/sentinel-clients/ */
async function primaryNamed(sentinel: Redis, name: string): Promise<RedisHost> {
  const address = (await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as [string, string] | null;
  if (address === null) throw refusal('NOMASTER the Sentinel knows no primary of this name');
  return { host: address[0], port: Number(address[1]) };
}

/** A node may leave its host out, and then is reached as it was for this question. */
type SlotRange = [from: number, to: number, primary: [host: string | null, port: number]];

/** https://redis.io/docs/latest/commands/cluster-slots/ */
async function ownerOf(node: Redis, key: string, asked: RedisHost): Promise<RedisHost> {
  const slot = await node.cluster('KEYSLOT', key);
  const ranges = (await node.cluster('SLOTS')) as unknown as SlotRange[];
  const owner = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2];
  if (owner === undefined) throw refusal('CLUSTERDOWN no node holds the slot');
  return { host: owner[0] || asked.host, port: owner[1] };
}

/** Has the form of an answer of Redis, so that `redisFault` has a sentence for it. */
function refusal(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}
