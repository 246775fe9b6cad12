import { Command } from 'commander';
import { openBucket, openStores } from '#adapters/blobs/stores.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { createLogger } from '#platform/logger.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { CliError, type ExitCode, exitCodes } from '../failure.ts';
import { count } from '../options.ts';
import { formatBytes, plural } from '../output/printable.ts';
import { Terminal } from '../output/terminal.ts';
import { printRecord } from '../output/writer.ts';
import { BlobMigration } from '../store-migration/blob-migration.ts';
import { readMigrationSettings } from '../store-migration/settings.ts';
import { migrateTexts } from '../store-migration/text-migration.ts';
import type { DataDirOptions } from './status.ts';

interface MigrateStoreOptions extends DataDirOptions {
  readonly jobs: number;
}

/** `filemill migrate-store`: from one store of bytes to another while the system runs. */
export function migrateStoreCommand(): Command {
  return new Command('migrate-store')
    .description(
      'Move the bytes of all files from the store FILEMILL_STORE_ALSO to the store FILEMILL_STORE, while the system runs. Needs the settings of the upload service. What it has moved stays moved: run it again to go on.',
    )
    .option('--data-dir <dir>', 'data folder of `filemill up`, if that runs the services', '.filemill')
    .option('--jobs <number>', 'files to copy at the same time', count(256), 16)
    .action(async (_options, command: Command) => {
      process.exitCode = await migrateStore(command.optsWithGlobals<MigrateStoreOptions>());
    });
}

async function migrateStore(options: MigrateStoreOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const interrupt = new AbortController();
  const { signal } = interrupt;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => interrupt.abort());
  await using stores = await openBoth(options);
  const { from, to, lifecycle } = stores;
  const complain = (line: string) => terminal.complain(line);
  const migration = new BlobMigration({ from, to, lifecycle, jobs: options.jobs, signal, complain });
  const tick = setInterval(() => terminal.status(progressOf(migration)), statusEveryMs);
  try {
    // Files that came meanwhile, by a service that was not restarted yet.
    while ((await migration.pass()) > 0 && !signal.aborted);
  } finally {
    clearInterval(tick);
    terminal.status('');
  }
  const texts = await migrateTexts(from.texts, to.texts, signal);
  const unfinished = (await Array.fromAsync(from.partial.unfinished())).length;
  const { moved, bytes, failed } = migration;
  const record = { moved, bytes, texts, failed: [...failed], unfinished_uploads: unfinished };
  await printRecord(terminal, options.json ? 'ndjson' : options.output, record, () => [
    `${progressOf(migration)}, and ${plural(texts, 'text')}.`,
    ...(unfinished === 0
      ? []
      : [`${plural(unfinished, 'unfinished upload')} will end in the old store: run this again when they have.`]),
  ]);
  if (signal.aborted) throw new CliError(exitCodes.interrupted, 'Interrupted: run it again to go on.');
  return failed.size === 0 ? exitCodes.ok : exitCodes.someFailed;
}

const statusEveryMs = 500;

function progressOf({ moved, bytes, failed }: BlobMigration): string {
  const left = failed.size === 0 ? '' : `, ${failed.size} could not be`;
  return `Moved ${plural(moved, 'file')} (${formatBytes(bytes)})${left}`;
}

/** The two stores, each by itself, and the service that knows which file is in which. */
async function openBoth({ env, dataDir }: MigrateStoreOptions) {
  const { places, metadataTarget, proxy, tls, serviceToken, ...packing } = await readMigrationSettings(env, dataDir);
  await using opening = new AsyncDisposableStack();
  const logger = createLogger('migrate-store', { level: 'warn', format: undefined });
  const bucket = openBucket(places);
  if (bucket !== undefined) opening.use(bucket);
  const only = async (kind: 'volume' | 's3') => {
    const place = { volume: kind === 'volume' ? places.volume : undefined, s3: undefined, first: kind };
    return opening.use(await openStores(place, kind === 's3' ? bucket : undefined, { ...packing, logger }));
  };
  const to = await only(places.first);
  const from = await only(places.first === 's3' ? 'volume' : 's3');
  const channel = opening.use(
    new RpcChannel(metadataTarget, { part: 'the metadata service', proxy, tls, serviceToken }),
  );
  const resources = opening.move();
  const lifecycle = channel.client(FileLifecycleService);
  return { from, to, lifecycle, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
