import { createDoorbell } from '#adapters/redis/doorbell.ts';
import { createLogger } from '#platform/logger.ts';

/** What keeps a Redis that somebody else runs from being used just now, in a sentence; undefined when nothing does. */
export async function problemOfRedis(url: string): Promise<string | undefined> {
  await using doorbell = createDoorbell(url, createLogger('redis', { level: 'silent', format: 'json' }));
  return await doorbell.depth().then(
    () => undefined,
    (error: Error) => error.message,
  );
}
