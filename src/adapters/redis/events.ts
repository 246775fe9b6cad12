import type { Redis } from 'ioredis';

/** Adds one event to a stream that keeps about `maxEntries`: docs/webhooks.md describes the fields. */
export async function addEvent(
  redis: Redis,
  stream: string,
  maxEntries: number,
  event: { readonly id: string; readonly type: string; readonly timestamp: string; readonly data: unknown },
): Promise<void> {
  const fields = ['id', event.id, 'type', event.type, 'timestamp', event.timestamp, 'data', JSON.stringify(event.data)];
  await redis.xadd(stream, 'MAXLEN', '~', maxEntries, '*', ...fields);
}
