import type { Redis } from 'ioredis';
import type { RedisConnection } from './connection.ts';
import { blockMs } from './open.ts';
import { addRings, fileIdField, rehearseRing, workGroup, workStream } from './rings.ts';

/** One ring of the doorbell. It names no file if the entry is malformed. */
export interface Ring {
  readonly entryId: string;
  readonly fileIds: readonly string[];
}

/** A century in milliseconds: no ring is open for as long. */
const longerThanAny = 3_155_760_000_000;

/**
 * One consumer's view of the stream: the Redis commands of `RedisWorkSource`. Each restores a group that was lost with the
 * stream. Every method rejects with an error that satisfies `isRedisAway`.
 */
export class WorkStream {
  readonly #connection: RedisConnection;
  readonly #consumer: string;
  #reclaimCursor = '0-0';

  constructor(connection: RedisConnection, consumer: string) {
    this.#connection = connection;
    this.#consumer = consumer;
  }

  /** Resolves if all commands that taking work needs are possible. None has an effect, except that the group is created. */
  async rehearse(): Promise<void> {
    // From 0, never from `$`: rings from before the group must be delivered too.
    await this.#connection.run('group', createGroup);
    await this.rehearseRing();
    await this.readOpen(1, '0');
    await this.reclaim(1, longerThanAny);
    await this.settle(['0-0']);
  }

  /** Resolves if Redis accepts rings. */
  async rehearseRing(): Promise<void> {
    await this.#connection.run('ring', rehearseRing);
  }

  /** Up to `count` new rings; waits at most `blockMs` for the first. */
  async read(count: number): Promise<readonly Ring[]> {
    return await this.#readAfter('>', count);
  }

  /** Up to `count` open rings after this entry that were delivered to this consumer; does not wait. */
  async readOpen(count: number, after: string): Promise<readonly Ring[]> {
    return await this.#readAfter(after, count);
  }

  /**
   * Takes over up to `count` open rings that were delivered to any consumer at least `idleMs` ago. `complete` is true once the
   * whole list of open rings has been scanned.
   */
  async reclaim(count: number, idleMs: number): Promise<{ rings: readonly Ring[]; complete: boolean }> {
    return await this.#withGroup('reclaim', async (redis) => {
      const [cursor, entries] = (await redis.xautoclaim(
        workStream,
        workGroup,
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

  /** Removes these rings. XACK alone would leave the entries in memory. */
  async settle(entryIds: readonly string[]): Promise<void> {
    if (entryIds.length === 0) return;
    await this.#connection.run('settle', async (redis) => {
      // Sent in this order, but not as a pipeline of ioredis, which has no timeout for a frozen Redis.
      await Promise.all([redis.xack(workStream, workGroup, ...entryIds), redis.xdel(workStream, ...entryIds)]);
    });
  }

  /** Rings for these files, as `Doorbell.ring`. */
  async ring(fileIds: readonly string[]): Promise<void> {
    await this.#connection.run('ring', (redis) => addRings(redis, fileIds));
  }

  /** Releases rings that this consumer has read and will not use, by ringing again. */
  async release(rings: readonly Ring[]): Promise<void> {
    await this.ring(rings.flatMap(({ fileIds }) => fileIds));
    await this.settle(rings.map((ring) => ring.entryId));
  }

  /**
   * Deletes consumers that were idle for `idleMs` and hold nothing. XGROUP DELCONSUMER discards open rings, so WATCH makes it
   * fail if rings were delivered in the meantime.
   */
  async forgetConsumers(idleMs: number): Promise<void> {
    await this.#withGroup('forget', async (redis) => {
      await redis.watch(workStream);
      const consumers = ((await redis.xinfo('CONSUMERS', workStream, workGroup)) as unknown[][]).map(consumerOf);
      const idle = consumers.filter(
        ({ name, pending, idle }) => name !== this.#consumer && pending === 0 && idle > idleMs,
      );
      const transaction = redis.multi();
      for (const { name } of idle) transaction.xgroup('DELCONSUMER', workStream, workGroup, name);
      await (idle.length > 0 ? transaction.exec() : redis.unwatch());
    });
  }

  /** @param id of an entry, or `>` for rings that were not delivered yet, the only ones for which Redis waits */
  async #readAfter(id: string, count: number): Promise<readonly Ring[]> {
    return await this.#withGroup('read', async (redis) => {
      const streams = await redis.xreadgroup(
        'GROUP',
        workGroup,
        this.#consumer,
        'COUNT',
        count,
        'BLOCK',
        blockMs,
        'STREAMS',
        workStream,
        id,
      );
      const [stream] = (streams ?? []) as [string, RawEntry[]][];
      return (stream?.[1] ?? []).map(ringOf);
    });
  }

  /** Creates a missing group and retries: the stream vanishes with FLUSHALL, or when Redis restarts empty. */
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
  await redis.xgroup('CREATE', workStream, workGroup, '0', 'MKSTREAM').catch((error: Error) => {
    if (!error.message.startsWith('BUSYGROUP')) throw error;
  });
}

/** NOGROUP if a command finds no group; UNBLOCKED if the stream vanished during a blocking read. */
function isGroupMissing(error: unknown): boolean {
  return error instanceof Error && /^(NOGROUP|UNBLOCKED|ERR no such key)/i.test(error.message);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function ringOf([entryId, fields]: RawEntry): Ring {
  const fileIds = (fields ?? []).filter((value, at, all) => all[at - 1] === fileIdField && uuid.test(value));
  return { entryId, fileIds };
}

function consumerOf(pairs: unknown[]): { name: string; pending: number; idle: number } {
  const value = (field: string) => pairs[pairs.indexOf(field) + 1];
  return { name: String(value('name')), pending: Number(value('pending')), idle: Number(value('idle')) };
}
