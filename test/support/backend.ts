import assert from 'node:assert/strict';
import { createHash, randomUUIDv7 } from 'node:crypto';
import { fieldExpressions } from '#adapters/postgres/files/file-rows.ts';
import { LocalBlobStore } from '#adapters/volume/local-blob-store.ts';
import type { ClaimByIds } from '#domain/work-source.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { never } from '#platform/abort.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { claimerByIds } from '#services/worker/lifecycle/claims.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { eventually } from './eventually.ts';

export interface StoredFile {
  readonly content?: string;
  readonly filename?: string;
  readonly declaredSha256?: string;
}

/** What a worker works against: a cluster without upload and worker, and files that are stored and registered. */
export interface Backend extends Cluster {
  readonly metadata: RpcChannel;
  readonly result: RpcChannel;
  /** `none`, or where the metadata service rings. */
  readonly redisUrl: string;
  /** Stores and registers files as upload does, but rings for none. Answers their ids in order. */
  add(files: readonly StoredFile[]): Promise<string[]>;
  /** Resolves when all of these are COMPLETED or FAILED; answers their rows in the order of `ids`. */
  ended(ids: readonly string[]): Promise<readonly EndedFile[]>;
}

export interface EndedFile {
  readonly id: string;
  readonly status: 'COMPLETED' | 'FAILED';
  readonly attempt: number;
  readonly error_code: string | null;
  readonly worker: string;
  readonly sha256: string | null;
  readonly results: number;
}

export interface BackendSettings {
  readonly redisUrl?: string;
  readonly leaseMs?: number;
  /** See LocalBlobStore; by default each file has an object of its own. */
  readonly packBelow?: number;
}

export async function startBackend({
  redisUrl = 'none',
  leaseMs = 15_000,
  packBelow = 0,
}: BackendSettings = {}): Promise<Backend> {
  await using opening = new AsyncDisposableStack();
  const settings = { FILEMILL_REDIS_URL: redisUrl, FILEMILL_LEASE_MS: `${leaseMs}` };
  const cluster = opening.use(await startCluster({ settings }));
  const blobs = opening.use(await LocalBlobStore.open(cluster.storageDir, { packBelow }));
  const metadata = opening.use(new RpcChannel(cluster.target('metadata')));
  const result = opening.use(new RpcChannel(cluster.target('result')));
  const resources = opening.move();
  return {
    ...cluster,
    metadata,
    result,
    redisUrl,
    add: async (files) => await register(metadata, await Promise.all(files.map((file) => store(blobs, file)))),
    ended: (ids) => untilEnded(cluster.query, ids),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

export function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

async function store(blobs: LocalBlobStore, { content = '', filename = 'a.txt', declaredSha256 = '' }: StoredFile) {
  const staged = await blobs.stage();
  await staged.write(Buffer.from(content));
  const blob = await staged.commit();
  return { ...blob, filename, declaredSha256, size: BigInt(Buffer.byteLength(content)), mimeType: 'text/plain' };
}

async function register(metadata: RpcChannel, items: Awaited<ReturnType<typeof store>>[]): Promise<string[]> {
  const request = {
    ids: items.map(({ id }) => id),
    storageKeys: items.map(({ storageKey }) => storageKey),
    filenames: items.map(({ filename }) => filename),
    paths: items.map(() => ''),
    sizes: items.map(({ size }) => size),
    mimeTypes: items.map(({ mimeType }) => mimeType),
    declaredSha256s: items.map(({ declaredSha256 }) => declaredSha256),
    idempotencyKeys: items.map(() => randomUUIDv7()),
  };
  const created = await withRetry(() => metadata.client(FileLifecycleService).createFiles(request), {
    signal: never,
    forMs: 10_000,
  });
  assert.deepEqual(created.rejections, []);
  return created.ids;
}

async function untilEnded(query: Cluster['query'], ids: readonly string[]): Promise<readonly EndedFile[]> {
  const rows = await eventually('all files have ended', async () => {
    const ended = await query<EndedFile>(
      `select f.id, status, attempt, error_code, worker, ${fieldExpressions('f').sha256} as sha256, count(r.id)::int as results
       from files f left join results r on r.file_id = f.id
       where f.id = any ($1) and status in ('COMPLETED', 'FAILED') group by f.id`,
      [ids],
    );
    return ended.length === ids.length && ended;
  });
  return ids.map((id) => rows.find((row) => row.id === id) as EndedFile);
}

/** How a worker of this name claims by id. */
export function claimerFor({ metadata }: Backend, worker: string): ClaimByIds {
  return claimerByIds(metadata.client(FileLifecycleService), worker);
}
