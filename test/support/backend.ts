import assert from 'node:assert/strict';
import { createHash, randomUUIDv7 } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { LocalBlobStore } from '#adapters/volume/local-blob-store.ts';
import type { ClaimByIds } from '#domain/work-source.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { never } from '#platform/abort.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { claimerByIds } from '#services/worker/lifecycle/claims.ts';
import { type ServiceProcess, startService, testFolder } from './start-services.ts';
import { testDatabase } from './stores.ts';

export interface StoredFile {
  readonly content?: string;
  readonly filename?: string;
  readonly declaredSha256?: string;
}

/** What a worker works against: PostgreSQL, the metadata and result services as processes, a volume. */
export interface Backend extends AsyncDisposable {
  /** Settings for a worker process. */
  readonly env: Record<string, string>;
  readonly metadata: RpcChannel;
  readonly result: RpcChannel;
  readonly storageDir: string;
  /** `none`, or where the metadata service rings. */
  readonly redisUrl: string;
  /** The service processes; either may be stopped and started again. */
  stop(name: 'metadata' | 'result', signal?: NodeJS.Signals): Promise<void>;
  start(name: 'metadata' | 'result'): Promise<void>;
  /** Stores and registers files as upload does, but rings for none. Answers their ids in order. */
  add(files: readonly StoredFile[]): Promise<string[]>;
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
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
  const folder = opening.use(await testFolder());
  const database = opening.use(await testDatabase());
  const targets = { metadata: `unix:${folder.path}/m`, result: `unix:${folder.path}/r` };
  const storageDir = `${folder.path}/storage`;
  const blobs = opening.use(await LocalBlobStore.open(storageDir, { packBelow }));
  const running = new Map<string, ServiceProcess>();
  opening.defer(async () => {
    for (const service of running.values()) await service.stop('SIGKILL');
  });
  const start = async (name: 'metadata' | 'result') => {
    const env = { FILEMILL_DATABASE_URL: database.url, FILEMILL_REDIS_URL: redisUrl, FILEMILL_LEASE_MS: `${leaseMs}` };
    running.set(name, await startService(name, { ...env, FILEMILL_GRPC_LISTEN: targets[name] }));
  };
  await start('metadata');
  await start('result');
  const metadata = opening.use(new RpcChannel(targets.metadata));
  const result = opening.use(new RpcChannel(targets.result));
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  opening.defer(() => pool.end());
  const query = async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
    (await pool.query<Row>(sql, [...values])).rows;
  const resources = opening.move();
  return {
    env: {
      FILEMILL_METADATA_TARGET: targets.metadata,
      FILEMILL_RESULT_TARGET: targets.result,
      FILEMILL_REDIS_URL: redisUrl,
      FILEMILL_STORAGE_DIR: storageDir,
    },
    metadata,
    result,
    storageDir,
    redisUrl,
    start,
    stop: async (name, signal) => running.get(name)?.stop(signal),
    query,
    add: async (files) => await register(metadata, await Promise.all(files.map((file) => store(blobs, file)))),
    ended: (ids) => untilEnded(query, ids),
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

async function untilEnded(query: Backend['query'], ids: readonly string[]): Promise<readonly EndedFile[]> {
  for (;;) {
    const rows = await query<EndedFile>(
      `select f.id, status, attempt, error_code, worker, sha256, count(r.id)::int as results
       from files f left join results r on r.file_id = f.id
       where f.id = any ($1) and status in ('COMPLETED', 'FAILED') group by f.id`,
      [ids],
    );
    if (rows.length === ids.length) return ids.map((id) => rows.find((row) => row.id === id) as EndedFile);
    await delay(50);
  }
}

/** How a worker of this name claims by id. */
export function claimerFor({ metadata }: Backend, worker: string): ClaimByIds {
  return claimerByIds(metadata.client(FileLifecycleService), worker);
}
