import type { Redis } from 'ioredis';
import { addRings, rehearseRing } from './add-rings.ts';
import { blockMs, type RedisConnection } from './connection.ts';
import { fileIdField, workGroup, workStream } from './keys.ts';

/** One ring of the doorbell. `fileId` is undefined when the entry is not one of ours. */
export interface Ring {
  readonly entryId: string;
  readonly fileId: string | undefined;
}

/** Milliseconds for which no ring stays open: a century. */
const longerThanAny = 3_155_760_000_000;

/**
 * One consumer's view of the stream: the Redis commands of `RedisWorkSource`, each healing a group that
 * was lost with the stream. Every method rejects with an error that `isRedisAway` knows.
 */
export class WorkStream {
  readonly #connection: RedisConnection;
  readonly #consumer: string;
  #reclaimCursor = '0-0';

  constructor(connection: RedisConnection, consumer: string) {
    this.#connection = connection;
    this.#consumer = consumer;
  }

  /** Resolves while all can be done that taking work needs; none of it has an effect, but for the group. */
  async rehearse(): Promise<void> {
    // From 0, never from `$`: rings that came before the group must be heard too.
    await this.#connection.run('group', createGroup);
    await this.rehearseRing();
    await this.readOpen(1, '0');
    await this.reclaim(1, longerThanAny);
    await this.settle(['0-0']);
  }

  /** Resolves while rings would be taken. */
  async rehearseRing(): Promise<void> {
    await this.#connection.run('ring', rehearseRing);
  }

  /** Up to `count` new rings; waits at most `blockMs` for the first. */
  async read(count: number): Promise<readonly Ring[]> {
    return await this.#readAfter('>', count);
  }

  /** Up to `count` rings after this entry that were delivered to this consumer and are still open; does not wait. */
  async readOpen(count: number, after: string): Promise<readonly Ring[]> {
    return await this.#readAfter(after, count);
  }

  /**
   * Takes over up to `count` rings that were delivered to anyone, `idleMs` ago or more, and are still open.
   * `complete` says that the whole list of open rings has been looked through.
   */
  async reclaim(count: number, idleMs: number): Promise<{ rings: readonly Ring[]; complete: boolean }> {
    return await this.#withGroup('reclaim', async (redis) => {
      const [cursor, entries] = (await redis.xautoclaim(
        workStream(),
        workGroup(),
        this.#consumer,
        idleMs,
        this.#reclaimCursor,
        'COUNT',
        count,
      )) as [string, (RawEntry | null)[]];
      this.#reclaimCursor = cursor;
      return { rings: entries.filter((entry) => entry !== null).map(ringOf), complete: cursor === '0-0' };
    });
  }

  /** These rings are done with. XACK alone would leave the entries in memory. */
  async settle(entryIds: readonly string[]): Promise<void> {
    if (entryIds.length === 0) return;
    await this.#connection.run('settle', async (redis) => {
      // One after the other on the wire; not a pipeline of the library, which no timeout ends under a frozen Redis.
      await Promise.all([redis.xack(workStream(), workGroup(), ...entryIds), redis.xdel(workStream(), ...entryIds)]);
    });
  }

  /** Rings anew for what this consumer has read and will not use. */
  async handBack(rings: readonly Ring[]): Promise<void> {
    const ids = rings.flatMap(({ fileId }) => fileId ?? []);
    await this.#connection.run('ring', (redis) => addRings(redis, ids));
    await this.settle(rings.map((ring) => ring.entryId));
  }

  /**
   * Forgets consumers that were idle for `idleMs` with nothing open: XGROUP DELCONSUMER discards what is
   * open, so WATCH makes it fail when anything was delivered meanwhile.
   */
  async forgetConsumers(idleMs: number): Promise<void> {
    await this.#withGroup('forget', async (redis) => {
      await redis.watch(workStream());
      const consumers = ((await redis.xinfo('CONSUMERS', workStream(), workGroup())) as unknown[][]).map(consumerOf);
      const idle = consumers.filter(
        ({ name, pending, idle }) => name !== this.#consumer && pending === 0 && idle > idleMs,
      );
      const transaction = redis.multi();
      for (const { name } of idle) transaction.xgroup('DELCONSUMER', workStream(), workGroup(), name);
      await (idle.length > 0 ? transaction.exec() : redis.unwatch());
    });
  }

  /** @param id of an entry; `>` asks for what was delivered to nobody yet, and for nothing else does Redis wait */
  async #readAfter(id: string, count: number): Promise<readonly Ring[]> {
    return await this.#withGroup('read', async (redis) => {
      const streams = await redis.xreadgroup(
        'GROUP',
        workGroup(),
        this.#consumer,
        'COUNT',
        count,
        'BLOCK',
        blockMs,
        'STREAMS',
        workStream(),
        id,
      );
      const [stream] = (streams ?? []) as [string, RawEntry[]][];
      return (stream?.[1] ?? []).map(ringOf);
    });
  }

  /** The stream, and its group with it, may vanish at any moment: FLUSHALL, or a Redis that came back empty. */
  async #withGroup<T>(what: string, command: (redis: Redis) => Promise<T>): Promise<T> {
    return await this.#connection.run(what, async (redis) => {
      try {
        return await command(redis);
      } catch (error) {
        if (!isGroupMissing(error)) throw error;
        await createGroup(redis);
        return await command(redis);
      }
    });
  }
}

type RawEntry = [entryId: string, fields: string[] | null];

async function createGroup(redis: Redis): Promise<void> {
  await redis.xgroup('CREATE', workStream(), workGroup(), '0', 'MKSTREAM').catch((error: Error) => {
    if (!error.message.startsWith('BUSYGROUP')) throw error;
  });
}

/** NOGROUP when a command finds no group, UNBLOCKED when the stream vanished under a blocked read. */
function isGroupMissing(error: unknown): boolean {
  return error instanceof Error && /^(NOGROUP|UNBLOCKED|ERR no such key)/i.test(error.message);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function ringOf([entryId, fields]: RawEntry): Ring {
  const [name, value = ''] = fields ?? [];
  return { entryId, fileId: name === fileIdField() && uuid.test(value) ? value : undefined };
}

function consumerOf(pairs: unknown[]): { name: string; pending: number; idle: number } {
  const value = (field: string) => pairs[pairs.indexOf(field) + 1];
  return { name: String(value('name')), pending: Number(value('pending')), idle: Number(value('idle')) };
}
