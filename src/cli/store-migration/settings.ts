import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type StorePlaces, storePlaces, storeSettings } from '#adapters/blobs/settings.ts';
import { byteSize, ConfigError, grpcTarget, readSettings } from '#platform/config.ts';
import { serviceSettings } from '#platform/exposure.ts';
import { ProxyRules } from '#platform/rpc/proxy.ts';
import { Certificates } from '#platform/tls/certificates.ts';
import { tlsSettings } from '#platform/tls/settings.ts';

const settings = {
  ...tlsSettings,
  ...serviceSettings,
  ...storeSettings,
  metadataTarget: grpcTarget.default('127.0.0.1:50052'),
  packBelow: byteSize.prefault('64KiB'),
  segmentAgeMs: z.coerce.number().default(600_000),
} as const;

/**
 * The settings of the services between whose stores files move.
 *
 * @param dataDir of a `filemill up`, which says where its services are unless the environment does
 * @throws ConfigError
 */
export async function readMigrationSettings(env: NodeJS.ProcessEnv, dataDir: string) {
  const read = readSettings(settings, { ...(await settingsOfRun(dataDir)), ...env });
  if (read.storeAlso === undefined)
    throw new ConfigError(
      'FILEMILL_STORE_ALSO is not set: it names the store that files leave (docs/how-to/move-to-s3.md)',
    );
  const places: StorePlaces = storePlaces(read);
  const proxy = ProxyRules.ofService(env).to(read.metadataTarget);
  return { ...read, places, proxy, tls: new Certificates(read) };
}

async function settingsOfRun(dataDir: string): Promise<Record<string, string>> {
  const storage = join(dataDir, 'storage');
  const [sockets, hasStorage] = await Promise.all([
    readFile(join(dataDir, 'sockets'), 'utf8').catch(() => ''),
    access(storage).then(
      () => true,
      () => false,
    ),
  ]);
  return {
    ...(sockets !== '' && { FILEMILL_METADATA_TARGET: `unix:${join(sockets.trim(), 'metadata.sock')}` }),
    ...(hasStorage && { FILEMILL_STORAGE_DIR: storage }),
  };
}
