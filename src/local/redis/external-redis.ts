import { createDoorbell } from '#adapters/redis/doorbell.ts';
import { createLogger } from '#platform/logger.ts';
import type { ClientTls } from '#platform/tls/certificates.ts';

/** Says in a sentence why an external Redis cannot be used now; undefined if it can. */
export async function problemOfRedis(url: string, tls: ClientTls): Promise<string | undefined> {
  await using doorbell = createDoorbell(url, createLogger('redis', { level: 'silent', format: 'json' }), tls);
  return await doorbell.depth().then(
    () => undefined,
    (error: Error) => error.message,
  );
}
