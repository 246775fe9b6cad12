import assert from 'node:assert/strict';
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import {
  appendFile,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, mock } from 'node:test';
import type { Blob } from '#domain/blob-store.ts';
import { openMarksFolder, segmentPath } from '../objects/layout.ts';
import { parseSegmentKey, recordBytes, recordHeadBytes, type SegmentKey, writeRecordHead } from './segment-format.ts';
import { scanSegment, segmentsOf } from './segment-scan.ts';
import { SegmentStore } from './segment-store.ts';

const farAhead = new Date('2100-01-01');

describe('A segment', () => {
  it('takes many blobs with one sync, and gives each of them back', async () => {
    await using t = await setUp();
    using syncs = countSyncs();
    const contents = Array.from({ length: 300 }, (_, n) => randomBytes(n));
    const keys = await Promise.all(contents.map((content) => t.append(content)));
    // The first is sent at once, and the others gather while it is in flight.
    assert.equal(syncs.count, 2);
    for (const [n, key] of keys.entries()) assert.deepEqual(await t.store.read(key), contents[n]);
  });

  it('is followed by another when it is large enough', async () => {
    await using t = await setUp({ segmentBytes: 10_000 });
    const keys: SegmentKey[] = [];
    for (let n = 0; n < 5; n++) keys.push(await t.append(Buffer.alloc(6_000, n)));
    assert.equal(new Set(keys.map(({ segment }) => segment)).size, 3);
    assert.equal((await t.marks()).length, 1);
  });

  it('is closed in order when its process ends', async () => {
    await using t = await setUp();
    const { segment } = await t.append(Buffer.from('x'));
    assert.deepEqual(await t.marks(), [segment]);
    await t.store[Symbol.asyncDispose]();
    assert.deepEqual(await t.marks(), []);
    assert.deepEqual((await t.scan(segment)).rest, 'none');
  });

  it('takes no more after a failure, and nothing of the failed batch is kept', async () => {
    await using t = await setUp();
    const first = await t.append(Buffer.from('first'));
    using _ = failNextSync(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
    await assert.rejects(t.append(Buffer.from('lost')), { reason: 'DISK_FULL' });
    const later = await t.append(Buffer.from('later'));
    assert.notEqual(later.segment, first.segment);
    assert.equal((await t.scan(first.segment)).blobs.length, 1);
    assert.deepEqual((await t.blobs()).length, 2);
  });

  it('leaves no file, no mark and nothing open behind when there is no room for a new one', async () => {
    await using t = await setUp();
    {
      const noRoom = async () => {
        throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      };
      const failing = mock.method(prototype, 'write', noRoom);
      await assert.rejects(t.append(Buffer.from('lost')), { reason: 'DISK_FULL' });
      failing.mock.restore();
    }
    assert.deepEqual([await t.marks(), await t.segments(), await t.openFiles()], [[], [], []]);
    const { segment } = await t.append(Buffer.from('later'));
    assert.deepEqual(await t.openFiles(), [segmentPath(t.root, segment)]);
  });

  it('tells of nothing that it took after somebody else had closed it', async () => {
    await using t = await setUp();
    const { segment } = await t.append(Buffer.from('first'));
    await rm(join(openMarksFolder(t.root), segment));
    await assert.rejects(t.append(Buffer.from('too late')), { reason: 'UNAVAILABLE' });
    assert.notEqual((await t.append(Buffer.from('again'))).segment, segment);
  });
});

describe('A removed blob', () => {
  it('is overwritten, leaves the others alone, and may be removed again', async () => {
    await using t = await setUp();
    const [secret, other] = await Promise.all([t.append(Buffer.from('secret')), t.append(Buffer.from('other'))]);
    assert(secret !== undefined && other !== undefined);
    await t.store.remove(secret);
    await t.store.remove(secret);
    assert.equal((await readFile(segmentPath(t.root, secret.segment))).includes('secret'), false);
    assert.equal((await t.store.read(other)).toString(), 'other');
    await assert.rejects(t.store.read(secret), { reason: 'BLOB_MISSING' });
    assert.equal((await t.blobs()).length, 1);
  });

  it('is not what another key points at', async () => {
    await using t = await setUp();
    const key = await t.append(Buffer.from('content that stays'));
    for (const change of [{ offset: key.offset + 8 }, { length: key.length - 1 }, { crc32c: key.crc32c ^ 1 }])
      await t.store.remove({ ...key, ...change });
    await t.store.remove({ ...key, segment: randomUUIDv7() });
    assert.equal((await t.store.read(key)).toString(), 'content that stays');
  });

  it('lets what lives beside it be moved once half is dead, and the room be given back', async () => {
    await using t = await setUp();
    const keys: SegmentKey[] = [];
    for (let n = 0; n < 4; n++) keys.push(await t.append(Buffer.alloc(1_000, n)));
    const [a, b, c, d] = keys as [SegmentKey, SegmentKey, SegmentKey, SegmentKey];
    await t.remove(a, b);
    assert.deepEqual(await t.wasteful(), [], 'the segment is open');
    await t.store[Symbol.asyncDispose]();
    assert.deepEqual(
      (await t.wasteful()).map(({ storageKey }) => parseSegmentKey(storageKey)?.offset),
      [c.offset, d.offset],
    );
    await t.remove(c, d);
    assert.deepEqual(await t.wasteful(), []);
    await assert.rejects(stat(segmentPath(t.root, a.segment)), { code: 'ENOENT' });
  });

  it('keeps a segment of which most lives', async () => {
    await using t = await setUp();
    const [key] = await Promise.all([1, 2, 3].map((n) => t.append(Buffer.alloc(1_000, n))));
    await t.remove(key as SegmentKey);
    await t.store[Symbol.asyncDispose]();
    assert.deepEqual(await t.wasteful(), []);
    assert.equal((await t.blobs()).length, 2);
  });
});

describe('A segment whose process died', () => {
  it('is left alone while its process may live', async () => {
    await using t = await setUp({ segmentAgeMs: 60_000 });
    const { segment } = await t.append(Buffer.from('x'));
    await appendFile(segmentPath(t.root, segment), 'half a rec');
    await t.reopen();
    assert.deepEqual(await t.marks(), [segment]);
    assert.equal((await t.scan(segment)).rest, 'torn');
  });

  it('loses what was half written at its end, at the next start, and nothing else', async () => {
    for (const torn of ['half a rec', 'FMRC', Buffer.alloc(5_000), tornRecord()]) {
      await using t = await setUp({ segmentAgeMs: 60_000 });
      const keys = [await t.append(Buffer.from('kept')), await t.append(Buffer.from('this too'))];
      const segment = keys[0]?.segment ?? '';
      const { size } = await stat(segmentPath(t.root, segment));
      await appendFile(segmentPath(t.root, segment), torn);
      await t.age(segment);
      await t.reopen();
      assert.equal((await stat(segmentPath(t.root, segment))).size, size);
      assert.deepEqual(await t.marks(), []);
      for (const key of keys) await t.store.read(key);
      assert.equal((await t.blobs()).length, 2);
    }
  });

  it('is cut by the next start when this one dies in between', async () => {
    await using t = await setUp({ segmentAgeMs: 60_000 });
    const { segment } = await t.append(Buffer.from('kept'));
    await appendFile(segmentPath(t.root, segment), 'half a rec');
    await rm(join(openMarksFolder(t.root), segment));
    await writeFile(join(openMarksFolder(t.root), `${segment}.closing`), '');
    await t.reopen();
    assert.equal((await t.scan(segment)).rest, 'none');
    assert.deepEqual(await t.marks(), []);
  });

  it('keeps whole records behind a damaged one, and is never given back', async () => {
    await using t = await setUp({ segmentAgeMs: 60_000 });
    const keys: SegmentKey[] = [];
    for (const text of ['one', 'two', 'three']) keys.push(await t.append(Buffer.from(text)));
    const [one, two, three] = keys as [SegmentKey, SegmentKey, SegmentKey];
    await flipBit(segmentPath(t.root, two.segment), two.offset - recordHeadBytes);
    await t.remove(one);
    await t.age(one.segment);
    await t.reopen();
    assert.equal((await t.scan(one.segment)).rest, 'damaged');
    assert.equal((await t.store.read(three)).toString(), 'three');
    assert.deepEqual(await t.wasteful(), []);
    assert.equal((await t.store.read(three)).toString(), 'three');
  });

  it('does not believe a record that is content', async () => {
    await using t = await setUp();
    const forged = Buffer.alloc(recordBytes(16));
    writeRecordHead(forged, 0, randomUUIDv7(), 16);
    const { segment } = await t.append(Buffer.concat([Buffer.alloc(8), forged]));
    assert.equal((await t.scan(segment)).blobs.length, 1);
  });

  it('is told from one that bits were flipped in', async () => {
    await using t = await setUp();
    const [key, other] = await Promise.all([t.append(Buffer.from('flipped')), t.append(Buffer.from('sound'))]);
    assert(key !== undefined && other !== undefined);
    await flipBit(segmentPath(t.root, key.segment), key.offset);
    assert.deepEqual(
      (await t.scan(key.segment)).blobs.map(({ intact }) => intact),
      [false, true],
    );
    await assert.rejects(t.store.read(key), { reason: 'BLOB_DAMAGED' });
  });

  it('may be cut anywhere: what was whole before the cut is whole after it', async () => {
    await using t = await setUp();
    const keys: SegmentKey[] = [];
    for (let n = 0; n < 4; n++) keys.push(await t.append(randomBytes(50 * n)));
    const { segment } = keys[0] as SegmentKey;
    const path = segmentPath(t.root, segment);
    for (let size = (await stat(path)).size; size >= 0; size -= 13) {
      await truncate(path, size);
      const { blobs, wholeBytes } = await t.scan(segment);
      assert.equal(blobs.length, keys.filter((key) => recordEnd(key) <= size).length);
      assert.ok(wholeBytes <= size);
    }
  });
});

function recordEnd({ offset, length }: SegmentKey): number {
  return offset - recordHeadBytes + recordBytes(length);
}

function tornRecord(): Buffer {
  const record = Buffer.alloc(recordBytes(100), 7);
  writeRecordHead(record, 0, randomUUIDv7(), 100);
  return record.subarray(0, 90);
}

async function flipBit(path: string, at: number): Promise<void> {
  await using file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
  await file.write(Buffer.of((buffer[0] as number) ^ 1), 0, 1, at);
}

async function setUp({ segmentBytes = 1_000_000, segmentAgeMs = 600_000 } = {}) {
  const root = await mkdtemp(join(tmpdir(), 'filemill-segments-'));
  const limits = { segmentBytes, segmentAgeMs };
  const opened = [await SegmentStore.open(root, limits, undefined)];
  const current = () => opened.at(-1) as SegmentStore;
  return {
    root,
    get store() {
      return current();
    },
    async append(content: Buffer): Promise<SegmentKey> {
      const blob = { id: randomUUIDv7(), chunks: [content], length: content.length };
      return parseSegmentKey((await current().appendAll([blob]))[0] as string) as SegmentKey;
    },
    async remove(...keys: SegmentKey[]): Promise<void> {
      for (const key of keys) await current().remove(key);
    },
    /** Acts like a process that starts after another one was killed. */
    async reopen(): Promise<void> {
      opened.push(await SegmentStore.open(root, limits, undefined));
    },
    async age(segment: string): Promise<void> {
      const longAgo = new Date(Date.now() - 3 * segmentAgeMs);
      await utimes(join(openMarksFolder(root), segment), longAgo, longAgo);
    },
    marks: () => readdir(openMarksFolder(root)),
    segments: () => segmentsOf(root),
    /** The descriptors of the store that this process holds open. */
    async openFiles(): Promise<string[]> {
      const links = await readdir('/proc/self/fd');
      const targets = await Promise.all(links.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
      return targets.filter((path) => path.startsWith(root));
    },
    scan: (segment: string) => scanSegment(root, segment),
    blobs: async (): Promise<Blob[]> => (await Array.fromAsync(current().finishedBefore(farAhead))).flat(),
    wasteful: async (): Promise<Blob[]> => (await Array.fromAsync(current().wasteful())).flat(),
    async [Symbol.asyncDispose]() {
      for (const store of opened) await store[Symbol.asyncDispose]();
      await rm(root, { recursive: true });
    },
  };
}

function countSyncs() {
  let count = 0;
  const interfered = onDatasync(async (sync) => {
    count += 1;
    await sync();
  });
  return {
    get count() {
      return count;
    },
    [Symbol.dispose]: () => interfered[Symbol.dispose](),
  };
}

function failNextSync(error: Error): Disposable {
  let failed = false;
  return onDatasync(async (sync) => {
    if (failed) return await sync();
    failed = true;
    throw error;
  });
}

type Sync = () => Promise<void>;
let prototype: { datasync: Sync; write: () => Promise<void> };

function onDatasync(call: (sync: Sync) => Promise<void>): Disposable {
  const real = prototype.datasync;
  const mocked = mock.method(prototype, 'datasync', async function (this: unknown) {
    await call(() => real.call(this));
  });
  return { [Symbol.dispose]: () => mocked.mock.restore() };
}

{
  await using probe = await open('/dev/null');
  prototype = Object.getPrototypeOf(probe) as typeof prototype;
}
