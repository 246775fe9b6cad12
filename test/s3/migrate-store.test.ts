import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { filemill } from '../support/cli.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { s3StoreUrl } from '../support/s3-client.ts';
import { type S3Kind, s3Credentials, s3Kinds, sharedS3Servers } from '../support/s3-server.ts';

for (const kind of s3Kinds)
  describe(`migrate-store with ${kind}`, () => {
    it('moves all files to the bucket and back while others come in, although it is killed on its way', async () => {
      const stores = storesOf(kind);
      await using system = await startCluster({ services: [...httpServices, 'worker'], settings: stores.volumeAlone });
      const sent = new Map<string, Buffer>();
      for (let n = 0; n < 40; n++) await put(system, sent, randomBytes(n % 4 === 0 ? 100_000 + n : 1_000 + n));
      await put(system, sent, randomBytes(20 * 2 ** 20));

      await restart(system, stores.toS3);
      await killHalfWay(system, stores.toS3);
      await put(system, sent, randomBytes(50_000));
      const there = await migrate(system, stores.toS3);
      assert.equal(there.unfinished_uploads, 0);
      assert.deepEqual(await keysOf(system, 's3:'), { in: sent.size, out: 0 });
      await readsAll(system, sent);

      await forgetOldPlaces(system);
      await eventually('the volume is empty', async () => (await objectsOn(system)) === 0);
      await restart(system, stores.toVolume);
      await migrate(system, stores.toVolume);
      assert.deepEqual(await keysOf(system, 's3:'), { in: 0, out: sent.size });
      await readsAll(system, sent);
    });

    it('leaves alone what is damaged, and says so', async () => {
      const stores = storesOf(kind);
      await using system = await startCluster({ services: httpServices, settings: stores.volumeAlone });
      const sent = new Map<string, Buffer>();
      await put(system, sent, randomBytes(1_000));
      await put(system, sent, randomBytes(1_000));
      await system.query(
        `update files set sha256 = repeat('0', 64) where id = (select id from files order by id limit 1)`,
      );
      const { code, stdout } = await run(system, stores.toS3);
      assert.equal(code, 3);
      const { moved, failed } = JSON.parse(stdout) as Outcome;
      assert.equal(moved, 1);
      assert.equal(failed.length, 1);
      assert.deepEqual(await keysOf(system, 's3:'), { in: 1, out: 1 });
    });
  });

interface Outcome {
  readonly moved: number;
  readonly failed: readonly string[];
  readonly unfinished_uploads: number;
}

type Settings = Readonly<Record<string, string>>;

function storesOf(kind: S3Kind) {
  const server = sharedS3Servers()[kind];
  const [credentials, bucket] = [s3Credentials(server), s3StoreUrl(server)];
  return {
    volumeAlone: credentials,
    toS3: { ...credentials, FILEMILL_STORE: bucket, FILEMILL_STORE_ALSO: 'volume' },
    toVolume: { ...credentials, FILEMILL_STORE: 'volume', FILEMILL_STORE_ALSO: bucket },
  };
}

async function put({ base }: Cluster, sent: Map<string, Buffer>, content: Buffer): Promise<void> {
  const answer = await fetch(`${base}/files/f`, { method: 'PUT', body: new Uint8Array(content) });
  assert.equal(answer.status, 201);
  sent.set(((await answer.json()) as { id: string }).id, content);
}

/** Services that have bytes to do with. */
async function restart(system: Cluster, settings: Settings): Promise<void> {
  for (const name of ['upload', 'worker', 'result'] as const) {
    await system.stop(name);
    await system.start(name, settings);
  }
}

async function run(system: Cluster, settings: Settings, { jobs = '16', killed }: RunOptions = {}) {
  const args = ['migrate-store', '-o', 'json', '--jobs', jobs, '--data-dir', system.folder];
  const env = { ...system.env, ...settings };
  return await filemill(args, { server: '', env, ...(killed && { killed }) });
}

interface RunOptions {
  readonly jobs?: string;
  readonly killed?: Promise<NodeJS.Signals>;
}

async function migrate(system: Cluster, settings: Settings): Promise<Outcome> {
  const { code, stdout, stderr } = await run(system, settings);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Outcome;
}

/** One file at a time, so that there is a half-way. */
async function killHalfWay(system: Cluster, settings: Settings): Promise<void> {
  const { promise: killed, resolve: kill } = Promise.withResolvers<NodeJS.Signals>();
  const running = run(system, settings, { jobs: '1', killed });
  await eventually('some files were moved', async () => (await keysOf(system, 's3:')).in > 3);
  kill('SIGKILL');
  assert.equal((await running).code, null);
  assert.ok((await keysOf(system, 's3:')).out > 0, 'it was killed half-way');
}

async function keysOf(system: Cluster, begin: string): Promise<{ readonly in: number; readonly out: number }> {
  const [row] = await system.query<{ in: number; out: number }>(
    `select count(*) filter (where starts_with(storage_key, $1))::int as in,
            count(*) filter (where not starts_with(storage_key, $1))::int as out from files`,
    [begin],
  );
  assert.ok(row);
  return row;
}

async function readsAll({ base }: Cluster, sent: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const [id, content] of sent) {
    const answer = await fetch(`${base}/api/v1/files/${id}/content`);
    assert.equal(answer.status, 200);
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(content));
  }
}

/** The bytes at old places go ten minutes after the move. */
async function forgetOldPlaces(system: Cluster): Promise<void> {
  await system.query(
    `update blob_deletions set taken_until = now() - interval '1 second' where taken_until < 'infinity'`,
  );
}

async function objectsOn({ storageDir }: Cluster): Promise<number> {
  const names = await readdir(`${storageDir}/objects`, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).length;
}
