import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectByTls } from 'node:tls';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.ts';
import { never } from '#platform/abort.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { memoryContent } from '#sdk/upload-content.ts';
import { uploadFile } from '#sdk/upload-file.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { startService, testFolder } from '../../support/start-services.ts';
import { type Links, plainLinks, secureLinks } from '../links.ts';
import type { RawTarget } from './raw-client.ts';

/** A real upload process, the victim, with the services behind it. */
export interface Target extends RawTarget, AsyncDisposable {
  readonly address: string;
  /** A channel of a good client. */
  channel(): RpcChannel;
  readonly storageDir: string;
  readonly backends: Cluster;
  readonly log: () => string;
  /** Resident memory of the upload process, in MiB. */
  residentMiB(): Promise<number>;
  /** Uploads like a good client, with all its patience. */
  upload(bytes: Uint8Array, path?: string): Promise<string>;
  /** @throws AssertionError unless the process lives and says that it serves */
  assertServes(): Promise<void>;
}

/** With FILEMILL_TEST_SECURE=1, callers need a token and speak TLS. */
export async function startTarget(settings: Record<string, string> = {}): Promise<Target> {
  const resources = new AsyncDisposableStack();
  const { path: folder } = resources.use(await testFolder());
  const secure = process.env.FILEMILL_TEST_SECURE === '1';
  const links = secure ? await secureLinks(folder) : plainLinks(folder);
  const backends = resources.use(await startCluster({ settings: links.access }));
  const [address, storageDir] = [links.target('upload'), `${folder}/volume`];
  const service = await startService('upload', {
    ...links.settings,
    FILEMILL_GRPC_LISTEN: links.listen('upload'),
    FILEMILL_METADATA_TARGET: backends.target('metadata'),
    FILEMILL_RESULT_TARGET: backends.target('result'),
    FILEMILL_STORAGE_DIR: storageDir,
    FILEMILL_DISK_RESERVE: '1MiB',
    FILEMILL_LOG_LEVEL: 'warn',
    ...settings,
  });
  resources.use(service);
  const channel = resources.use(new RpcChannel(address, links.client));
  return {
    address,
    ...rawTarget(links),
    channel: () => new RpcChannel(address, links.client),
    storageDir,
    backends,
    log: service.log,
    residentMiB: async () => await residentMiB(service.child.pid as number),
    upload: async (bytes, path = '') => {
      await using content = await memoryContent(bytes);
      const file = { filename: 'good', path, idempotencyKey: randomUUID(), content };
      const options = { signal: never, forMs: 60_000 };
      return (await uploadFile(channel.client(UploadService), file, options)).id;
    },
    assertServes: async () => {
      assert.equal(service.child.exitCode, null, service.log());
      assert.equal((await channel.client(Health).check({})).status, ServingStatus.SERVING);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function rawTarget(links: Links): RawTarget {
  const target = links.target('upload');
  const { ca } = links;
  if (ca === undefined) return { connect: () => connect(target.slice('unix:'.length)) };
  const port = Number(new URL(target).port);
  const options = { port, host: '127.0.0.1', servername: 'localhost', ca, ALPNProtocols: ['h2'] };
  return { connect: () => connectByTls(options), authorization: links.client.authorization };
}

/** What became of the process while `attack` went on and a good client uploaded beside it. */
export interface Ordeal {
  readonly uploads: number;
  readonly peakMiB: number;
  /** Since the first attack on this target. */
  readonly grownMiB: number;
}

/** Memory of each target before its first ordeal. */
const calm = new WeakMap<Target, number>();

/**
 * Uploads one file after the other until `attack` is over, at least `atLeast` of them, and watches memory.
 * An upload that fails fails the test.
 */
export async function endure(target: Target, attack: () => Promise<void>, atLeast = 5): Promise<Ordeal> {
  const before = calm.get(target) ?? (await target.residentMiB());
  calm.set(target, before);
  let [peak, uploads, over] = [before, 0, false];
  const watching = (async () => {
    while (!over) {
      peak = Math.max(peak, await target.residentMiB());
      await delay(50);
    }
  })();
  const attacking = attack().finally(() => {
    over = true;
  });
  for (const bytes = Buffer.alloc(100_000, 'good '); !over || uploads < atLeast; uploads += 1)
    await target.upload(bytes);
  await Promise.all([attacking, watching]);
  await target.assertServes();
  return { uploads, peakMiB: Math.round(peak), grownMiB: Math.round(peak - before) };
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
