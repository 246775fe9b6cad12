import { randomBytes, randomUUID } from 'node:crypto';
import { FilemillError } from '#domain/errors.ts';
import { sleep } from '#platform/abort.ts';
import { ConfigError } from '#platform/config.ts';
import type { Logger } from '#platform/logger.ts';
import type { S3Client } from '../s3/client/client.ts';

/** Objects of trials, which a crash may leave. */
const trialFolder = 'trial/';
const askEveryMs = 1_000;

interface Waiting {
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Tests whether the object store keeps, finds and removes an object, once it answers. @throws ConfigError when it does not */
export async function requireFitBucket(client: S3Client, waiting: Waiting): Promise<void> {
  await untilAnswered(() => tryBucket(client), waiting);
}

/** Waits until the object store answers. @throws ConfigError when it refuses */
export async function requireBucket(client: S3Client, waiting: Waiting): Promise<void> {
  await untilAnswered(() => askBucket(client), waiting);
}

/** Whether the object store answers. @throws FilemillError why not */
export async function askBucket(client: S3Client): Promise<void> {
  await client.get(`${trialFolder}none`);
}

/** @throws ConfigError when the store refuses, which waiting does not change */
async function untilAnswered(ask: () => Promise<void>, { logger, signal }: Waiting): Promise<void> {
  for (let told = false; !signal.aborted; told = true) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof FilemillError)) throw error;
      if (error.reason !== 'UNAVAILABLE' && error.reason !== 'OVERLOADED') throw refused(error);
      if (!told) logger.warn({ err: error }, 'waiting for the object store');
      await sleep(askEveryMs, signal);
    }
  }
}

/** @throws FilemillError, ConfigError */
async function tryBucket(client: S3Client): Promise<void> {
  const [key, bytes] = [`${trialFolder}${randomUUID()}`, randomBytes(1_000)];
  await client.put(key, bytes);
  try {
    const part = await client.get(key, { offset: 100, length: 200 });
    if (!part?.equals(bytes.subarray(100, 300))) throw unfit('ranges of objects cannot be read');
    const listed = (await Array.fromAsync(client.list(key))).flat();
    if (listed.length !== 1) throw unfit('a new object is not in the list');
  } finally {
    await client.remove(key);
  }
  if ((await client.get(key)) !== undefined) throw unfit('a removed object can still be read');
}

function refused({ message, cause }: FilemillError): ConfigError {
  const words = cause instanceof Error ? ` (${cause.message.replace(/\.$/, '')})` : '';
  return new ConfigError(`FILEMILL_STORE: ${message.replace(/\.$/, '')}${words}.`, { cause });
}

function unfit(what: string): ConfigError {
  return new ConfigError(`FILEMILL_STORE: no file could be kept safely in this bucket: ${what}.`);
}
