import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import pg from 'pg';
import { LocalBlobReader } from '#adapters/volume/local-blob-reader.ts';
import { LocalBlobStore } from '#adapters/volume/local-blob-store.ts';
import { QuotaService } from '#gen/filemill/internal/v1/quota_service_pb.ts';
import { UploadLockService } from '#gen/filemill/internal/v1/upload_lock_service_pb.ts';
import {
  type UploadFileRequestSchema,
  type UploadMetadataSchema,
  UploadService,
} from '#gen/filemill/v1/upload_service_pb.ts';
import { createLogger } from '#platform/logger.ts';
import { RpcChannel, type RpcClient } from '#platform/rpc/client.ts';
import { Semaphore } from '#platform/semaphore.ts';
import { thisService } from '#platform/this-service.ts';
import { FileCreation } from '#services/upload/acceptance/file-creation.ts';
import { Ringer } from '#services/upload/acceptance/ringer.ts';
import { Quotas } from '#services/upload/callers/quotas.ts';
import { RefusedCallers } from '#services/upload/callers/refused-callers.ts';
import { UploadEvictor } from '#services/upload/duties/upload-evictor.ts';
import { Admission } from '#services/upload/intake/admission.ts';
import { metadataCheck } from '#services/upload/intake/metadata-checks.ts';
import { uploadServer } from '#services/upload/public-port.ts';
import { UploadLocks } from '#services/upload/resumable/upload-locks.ts';
import type { AppendUploadContext } from '#services/upload/routes/append-upload.ts';
import type { Cluster } from './cluster.ts';
import { testFolder } from './start-services.ts';

export const quiet = createLogger('test', { level: 'silent', format: 'json' });

/** An upload service in this process, on a volume of its own, and a client of its public port. */
export interface UploadStack extends AsyncDisposable {
  readonly root: string;
  readonly blobs: LocalBlobStore;
  readonly channel: RpcChannel;
  readonly metadata: RpcChannel;
  readonly uploads: RpcClient<typeof UploadService>;
}

interface StackLimits {
  readonly diskReserve?: number;
  readonly maxConcurrent?: number;
  readonly maxDownloads?: number;
  readonly packBelow?: number;
  readonly segmentAgeMs?: number;
  /** Of incomplete uploads. */
  readonly bounds?: { readonly maxUploads?: number; readonly maxBytes?: number };
  /** The volume; one of its own unless told otherwise. */
  readonly root?: string;
}

export async function startUploadStack(
  backends: Cluster,
  overrides: Partial<AppendUploadContext> & StackLimits = {},
): Promise<UploadStack> {
  const { diskReserve = 0, maxConcurrent = 1_024, packBelow = 0, segmentAgeMs } = overrides;
  const resources = new AsyncDisposableStack();
  const stopping = new AbortController();
  const root = overrides.root ?? resources.use(await testFolder()).path;
  const { path: sockets } = resources.use(await testFolder());
  const metadata = resources.use(new RpcChannel(backends.target('metadata')));
  const result = resources.use(new RpcChannel(backends.target('result')));
  const blobs = resources.use(await LocalBlobStore.open(root, { packBelow, ...(segmentAgeMs && { segmentAgeMs }) }));
  const { partial } = blobs;
  const locks = resources.use(new UploadLocks(metadata.client(UploadLockService), quiet));
  const bounds = { maxUploads: 1_000, maxBytes: 1_000_000_000, ...overrides.bounds };
  const incomplete = resources.use(UploadEvictor.start({ partial, blobs, locks, logger: quiet, ...bounds }));
  const makeRoom = (isEnough: () => Promise<boolean>) => incomplete.makeRoom(isEnough);
  const metadataServes = metadataCheck(metadata);
  const admission = new Admission(blobs, { diskReserve, maxConcurrent, metadataServes, makeRoom });
  const ringer = resources.use(new Ringer(deafDoorbell, quiet));
  const files = new FileCreation(metadata, quiet);
  const limits = {
    maxFileSize: 1_000_000,
    streamIdleMs: 30_000,
    streamMinRate: 1_024,
    retryMs: 5_000,
    uploadExpiryMs: 60_000,
  };
  const memory = new Semaphore(1_000_000);
  const context = {
    blobs,
    volume: blobs,
    partial,
    admission,
    locks,
    incomplete,
    memory,
    ringer,
    files,
    reader: new LocalBlobReader(root),
    diskReserve,
    downloads: new Semaphore(overrides.maxDownloads ?? 100),
    logger: quiet,
    auth: 'none' as const,
    grpcReflection: true,
    quotas: new Quotas(metadata.client(QuotaService)),
    refusedCallers: new RefusedCallers({ add: () => undefined }),
    ...limits,
    ...overrides,
  };
  const server = resources.use(
    uploadServer(context, { metadata, result, doorbell: deafDoorbell, about: thisService({}) }, stopping.signal),
  );
  resources.defer(() => stopping.abort());
  await server.listen(`unix:${sockets}/u`);
  const channel = resources.use(new RpcChannel(`unix:${sockets}/u`));
  const uploads = channel.client(UploadService);
  return { root, blobs, channel, metadata, uploads, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

const deafDoorbell = {
  ring: async () => undefined,
  depth: async () => 0,
  [Symbol.asyncDispose]: async () => undefined,
};

export type UploadMessage = MessageInitShape<typeof UploadFileRequestSchema>;

export function metadataOf(metadata: MessageInitShape<typeof UploadMetadataSchema>): UploadMessage {
  return { part: { case: 'metadata', value: metadata } };
}

export function chunkOf(bytes: string | Uint8Array): UploadMessage {
  return { part: { case: 'chunk', value: Buffer.from(bytes) } };
}

export function closingOf(sha256: string): UploadMessage {
  return { part: { case: 'closing', value: { sha256 } } };
}

export async function* streamOf(...messages: readonly UploadMessage[]): AsyncGenerator<UploadMessage> {
  yield* messages;
}

/** Every file below `root`, as paths relative to it. */
export async function filesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

export async function queryRows(
  databaseUrl: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}
