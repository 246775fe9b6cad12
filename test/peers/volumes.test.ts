import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LocalBlobReader } from '#adapters/volume/local-blob-reader.ts';
import { LocalBlobStore } from '#adapters/volume/local-blob-store.ts';
import { roomOf, type Trial, tryVolume } from '#adapters/volume/volume-trial.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { never } from '#platform/abort.ts';
import type { Failpoint } from '#platform/failpoints.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { memoryContent } from '#sdk/upload-content.ts';
import { uploadFile } from '#sdk/upload-file.ts';
import { uploadResumable } from '#sdk/upload-resumable.ts';
import { blobStoreConformance } from '../conformance/blob-store.ts';
import { partialBlobStoreConformance } from '../conformance/partial-blob-store.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { startService, testFolder } from '../support/start-services.ts';
import { filesBelow } from '../support/upload-stack.ts';
import { exfat, fat, mergerfs, mountVolume, odd, readOnly, sshfs, tmpfs, type Volume } from './support/volumes.ts';

let backends: Cluster;
before(async () => {
  backends = await startCluster();
});
after(() => backends[Symbol.asyncDispose]());

/** What each lacks; for one that lacks nothing, all is in order. */
const volumes: Record<string, { readonly mount: Parameters<typeof mountVolume>[0]; readonly lacks: Lack[] }> = {
  'exFAT, by FUSE': { mount: exfat, lacks: ['other hard links', 'other permissions'] },
  'FAT, by fusefat': { mount: fat, lacks: ['missing writes in place', 'other hard links', 'other free space'] },
  'memory, by tmpfs': { mount: tmpfs('64m'), lacks: [] },
  'a folder of another machine, by sshfs': { mount: sshfs, lacks: [] },
  'two disks as one, by mergerfs': { mount: mergerfs, lacks: [] },
  'one for reading only': { mount: readOnly, lacks: ['missing files'] },
  'one without faults': { mount: odd(), lacks: [] },
  'one without hard links': { mount: odd('no-links'), lacks: ['other hard links'] },
  'one that never heard of links': { mount: odd('unknown-links'), lacks: ['other hard links'] },
  'one without links from folder to folder': { mount: odd('no-links-across'), lacks: ['other hard links'] },
  'one that does not sync files': { mount: odd('no-file-sync'), lacks: ['missing sync of files'] },
  'one that does not sync folders': { mount: odd('no-folder-sync'), lacks: ['missing sync of folders'] },
  'one that replaces nothing': { mount: odd('no-replacing'), lacks: ['missing replacing'] },
  'one that moves nothing': { mount: odd('no-moves'), lacks: ['missing moves'] },
  'one that only appends': { mount: odd('append-only'), lacks: ['missing writes in place'] },
  'one that knows short names alone': { mount: odd('short-names'), lacks: ['missing names'] },
  'one that knows capital letters alone': { mount: odd('upper-case'), lacks: ['missing names'] },
  'one whose clock is ahead': { mount: odd('clock-ahead'), lacks: ['missing clock'] },
  'one that is open to all': { mount: odd('open-to-all'), lacks: ['other permissions'] },
  'one that does not tell its size': { mount: odd('sizeless'), lacks: ['other free space'] },
};

type Lack = `${Trial['verdict']} ${string}`;

describe('A volume', () => {
  for (const [what, { mount, lacks }] of Object.entries(volumes))
    it(`that is ${what} ${outcome(lacks)}`, async () => {
      await using volume = await mountVolume(mount);
      const trials = (await tryVolume(volume.path)).filter(({ verdict }) => verdict !== 'ok');
      assert.deepEqual(
        trials.map(({ name, verdict }) => `${verdict} ${name}`),
        lacks,
        trials.map(({ detail }) => detail).join('\n'),
      );
      assert.deepEqual(await readdir(volume.path), []);
      const missing = trials.filter(({ verdict }) => verdict === 'missing');
      if (missing.length === 0) await assertTakesFiles(volume);
      else await assertRefused(volume, missing);
    });
});

function outcome(lacks: readonly Lack[]): string {
  if (lacks.length === 0) return 'takes files';
  return lacks.some((lack) => lack.startsWith('missing')) ? 'is refused, and why' : 'takes files in another way';
}

/** Small, alone, and in several calls. */
async function assertTakesFiles(volume: Volume): Promise<void> {
  await using upload = await startUpload(volume);
  for (const [send, size] of [
    [uploadFile, 1_000],
    [uploadFile, 200_000],
    [uploadResumable, 3_000_000],
  ] as const) {
    const content = randomBytes(size);
    const file = { filename: 'f', path: '', idempotencyKey: `${size}-${volume.path}`, content: memoryContent(content) };
    const kept = await send(upload.client, file, { signal: never, forMs: 10_000 });
    assert.equal(kept.sha256, sha256(content));
  }
  assert.doesNotMatch(upload.log(), /ERROR|FATAL/);
}

async function assertRefused(volume: Volume, missing: readonly Trial[]): Promise<void> {
  await assert.rejects(startUpload(volume), (error: Error) => {
    for (const { detail } of missing) assert.ok(error.message.includes(detail), error.message);
    assert.match(error.message, /FILEMILL_STORAGE_DIR/);
    return true;
  });
}

describe('A full volume', () => {
  it('stops nobody from starting, and takes files once there is room', async () => {
    await using volume = await mountVolume(tmpfs('8m'));
    await (await startUpload(volume))[Symbol.asyncDispose]();
    await writeFile(join(volume.path, 'filler'), Buffer.alloc(await left(volume)));
    await using upload = await startUpload(volume);
    assert.match(upload.log(), /could not be tested: the volume is full/);
    const file = { filename: 'f', path: '', idempotencyKey: volume.path, content: memoryContent(randomBytes(100_000)) };
    const send = () => uploadFile(upload.client, file, { signal: never, forMs: 0 });
    await assert.rejects(send(), { reason: 'DISK_FULL' });
    await rm(join(volume.path, 'filler'));
    await eventually('an upload is taken in again', () =>
      send().then(
        () => true,
        () => false,
      ),
    );
  });
});

async function left({ path }: Volume): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

describe('The room that is left', () => {
  it('is counted in the units of the volume', async () => {
    await using volume = await mountVolume(odd());
    const { bavail, frsize, bsize } = await statfs(volume.path);
    assert.notEqual(frsize, bsize);
    // Others write on the same disk meanwhile.
    assert.equal(Math.round(((await roomOf(volume.path))?.free ?? 0) / 1e9), Math.round((bavail * frsize) / 1e9));
  });
});

blobStoreConformance('LocalBlobStore on exFAT', async () => {
  const { root, blobs, reader, dispose } = await openExfat();
  return { root, store: blobs, reader, [Symbol.asyncDispose]: dispose };
});

partialBlobStoreConformance('LocalPartialBlobStore on exFAT', async () => {
  const { blobs, other, reader, dispose } = await openExfat();
  return { blobs, partial: blobs.partial, other: other.partial, reader, [Symbol.asyncDispose]: dispose };
});

async function openExfat() {
  await using opening = new AsyncDisposableStack();
  const { path: root } = opening.use(await mountVolume(exfat));
  const blobs = opening.use(await LocalBlobStore.open(root));
  const other = opening.use(await LocalBlobStore.open(root));
  const resources = opening.move();
  return { root, blobs, other, reader: new LocalBlobReader(root), dispose: () => resources.disposeAsync() };
}

// At the same time: each waits for the lock of the process that died.
describe('On exFAT an upload becomes one file although its process dies', { concurrency: true }, () => {
  const places: Failpoint[] = [
    'upload.begun',
    'upload.appended',
    'upload.kept',
    'upload.move-noted',
    'upload.linked',
    'upload.folder-synced',
    'upload.created',
    'upload.registered',
    'upload.ended',
  ];
  let volume: Volume;
  before(async () => {
    volume = await mountVolume(exfat);
  });
  after(() => volume[Symbol.asyncDispose]());

  for (const place of places)
    it(`at ${place}`, async () => {
      const root = { path: join(volume.path, place) };
      await mkdir(root.path);
      const socket = await testFolder();
      const content = randomBytes(2_000_000);
      const file = { filename: 'f', path: '', idempotencyKey: place, content: memoryContent(content) };
      const doomed = await startUpload(root, { socket, failpoints: `${place}:kill` });
      const died = once(doomed.child, 'exit');
      const sending = uploadResumable(doomed.client, file, { signal: never, forMs: 60_000, mayResume: true });
      assert.deepEqual(await died, [null, 'SIGKILL']);
      await using _next = await startUpload(root, { socket });
      const { id } = await sending;
      await doomed[Symbol.asyncDispose]();
      const objects = (await filesBelow(root.path)).filter((path) => path.startsWith('objects/'));
      assert.equal(objects.length, 1);
      assert.match(objects[0] ?? '', new RegExp(id));
      assert.equal(sha256(await readFile(join(root.path, objects[0] ?? ''))), sha256(content));
      assert.deepEqual(
        (await readdir(join(root.path, 'resumable'))).filter((name) => !name.endsWith('.json')),
        [],
      );
    });
});

/** The real service on this volume, and a client of it. */
async function startUpload(
  { path }: Pick<Volume, 'path'>,
  { socket, failpoints = '' }: { readonly socket?: Volume; readonly failpoints?: string } = {},
) {
  await using opening = new AsyncDisposableStack();
  const { path: folder } = socket ?? opening.use(await testFolder());
  const service = opening.use(
    await startService('upload', {
      FILEMILL_GRPC_LISTEN: `unix:${folder}/u`,
      FILEMILL_STORAGE_DIR: path,
      FILEMILL_DISK_RESERVE: '0',
      FILEMILL_METADATA_TARGET: backends.target('metadata'),
      FILEMILL_RESULT_TARGET: backends.target('result'),
      FILEMILL_ALLOW_FAILPOINTS: '1',
      FILEMILL_FAILPOINTS: failpoints,
    }),
  );
  const channel = opening.use(new RpcChannel(`unix:${folder}/u`));
  const resources = opening.move();
  return {
    client: channel.client(UploadService),
    child: service.child,
    log: service.log,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
