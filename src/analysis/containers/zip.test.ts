import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { UnreadableFile } from '#domain/analysis.ts';
import { memoryBlob } from '#test/support/memory-blobs.ts';
import { type ZipMember, zipOf } from '#test/support/zip-writer.ts';
import { ZipArchive } from './zip.ts';

const limit = 10 * 2 ** 20;
const members: readonly ZipMember[] = [
  { name: 'mimetype', content: 'application/x', stored: true },
  { name: 'folder/', content: '', stored: true },
  { name: 'folder/a.txt', content: 'alpha '.repeat(1_000) },
];
const whole = zipOf(members);
const directoryAt = whole.indexOf('PK\x01\x02', 0, 'latin1');
/** An archive larger than is held in memory. */
const noise = noiseOf(3 * 2 ** 20);

function noiseOf(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0, state = 1; at < length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

async function contents(archive: Buffer): Promise<[string, string][]> {
  const zip = await ZipArchive.open(memoryBlob(archive));
  const found: [string, string][] = [];
  for (const entry of zip.entries) found.push([entry.name, (await zip.read(entry, limit)).toString()]);
  return found;
}

const expected = members.map(({ name, content }) => [name, content]);

describe('ZipArchive', () => {
  const readable: readonly [what: string, archive: Buffer][] = [
    ['an archive', whole],
    ['one with a comment', zipOf(members, { comment: 'with PK\x05\x06 in it and more than an end record behind' })],
    ['one with ZIP64 sizes', zipOf(members.map((member) => ({ ...member, zip64: true })))],
    ['one with a ZIP64 end record', zipOf(members, { zip64: true })],
    ['one with sizes behind the contents', zipOf(members.map((member) => ({ ...member, descriptor: true })))],
    ['one behind a program', zipOf(members, { prefix: noiseOf(5_000) })],
    ['one behind a program, with ZIP64', zipOf(members, { prefix: noiseOf(5_000), zip64: true })],
    ['one before junk', Buffer.concat([whole, noiseOf(20_000)])],
    ['one without a directory', whole.subarray(0, directoryAt)],
    ['one that is cut off in its directory', whole.subarray(0, directoryAt + 100)],
    ['one without a directory behind junk', Buffer.concat([noiseOf(100), whole.subarray(0, directoryAt)])],
    ['one with other numbers of entries', patched(whole, whole.length - 14, 0x07)],
  ];
  for (const [what, archive] of readable)
    it(`reads ${what}`, async () => assert.deepEqual(await contents(archive), expected));

  it('reads one without sizes and without a directory', async () => {
    const archive = zipOf(members.map((member) => ({ ...member, descriptor: true })));
    const cut = archive.subarray(0, archive.indexOf('PK\x01\x02', 0, 'latin1'));
    assert.deepEqual(await contents(cut), expected);
  });

  it('finds the directory of an archive behind a program', async () => {
    for (const zip64 of [false, true]) {
      const archive = zipOf(members, { prefix: noiseOf(5_000), zip64 });
      assert.equal((await ZipArchive.open(memoryBlob(archive))).hasDirectory, true);
    }
  });

  it('reads an empty archive', async () => {
    assert.deepEqual(await contents(zipOf([])), []);
    assert.deepEqual(await contents(zipOf([], { prefix: noiseOf(100) })), []);
  });

  it('keeps duplicates in order, and finds the last', async () => {
    const twice = [
      { name: 'a', content: '1' },
      { name: 'b', content: '2' },
      { name: 'a', content: '3' },
    ];
    const archive = zipOf(twice);
    assert.deepEqual(
      await contents(archive),
      twice.map(({ name, content }) => [name, content]),
    );
    const zip = await ZipArchive.open(memoryBlob(archive));
    assert.equal(zip.find('a'), zip.entries[2]);
    assert.equal(zip.find('c'), undefined);
  });

  it('says whether there is a directory, and what it says', async () => {
    const zip = await ZipArchive.open(memoryBlob(zipOf(members)));
    assert.equal(zip.hasDirectory, true);
    assert.deepEqual(
      zip.entries.map(({ size, method, encrypted }) => ({ size, method, encrypted })),
      [13, 0, 6_000].map((size) => ({ size, method: size === 6_000 ? 8 : 0, encrypted: false })),
    );
    assert.equal((await ZipArchive.open(memoryBlob(whole.subarray(0, directoryAt)))).hasDirectory, false);
  });

  it('lists no more entries than are asked for', async () => {
    const { entries, total } = await ZipArchive.open(memoryBlob(whole), 2);
    assert.deepEqual([entries.length, total], [2, 3]);
  });

  const names: readonly [what: string, member: Omit<ZipMember, 'content'>, name: string][] = [
    ['UTF-8 with its flag', { name: 'größe', flags: 0x800 }, 'größe'],
    ['UTF-8 without it', { name: 'größe' }, 'größe'],
    ['code page 437', { name: Buffer.from([0x67, 0x72, 0x94, 0xe1, 0x65]) }, 'größe'],
    ['a Unicode Path', { name: 'gr__e', extra: Buffer.from('75700c000100000000', 'hex') }, 'gr__e'],
    ['a Unicode Path beside an old name', { name: Buffer.from([0x94]), extra: unicodePath('größe') }, 'größe'],
  ];
  for (const [what, member, name] of names)
    it(`reads a name in ${what}`, async () =>
      assert.equal((await contents(zipOf([{ ...member, content: '' }])))[0]?.[0], name));

  it('reads large entries piece by piece', async () => {
    for (const stored of [true, false]) {
      const zip = await ZipArchive.open(memoryBlob(zipOf([{ name: 'a', content: noise, stored }])));
      const [entry] = zip.entries as [(typeof zip.entries)[number]];
      assert.ok((await zip.read(entry, limit)).equals(noise));
      let pieces = 0;
      for await (const piece of zip.chunks(entry, limit)) pieces += piece.length < noise.length ? 1 : 0;
      assert.ok(pieces > 5);
      await assert.rejects(zip.read(entry, noise.length - 1), { code: 'too_large' });
      assert.equal((await zip.read(entry, noise.length)).length, noise.length);
    }
  });

  const unreadable: readonly [what: string, archive: Buffer, code: string][] = [
    ['no archive', noiseOf(1_000), 'damaged'],
    ['nothing', Buffer.alloc(0), 'damaged'],
    ['an encrypted entry', zipOf([{ name: 'a', content: 'b', flags: 1 }]), 'unsupported'],
    ['an unknown compression', zipOf([{ name: 'a', content: 'b', method: 14 }]), 'unsupported'],
    ['a broken content', zipOf([{ name: 'a', content: 'not deflated', stored: true, method: 8 }]), 'damaged'],
    ['a large broken content', zipOf([{ name: 'a', content: noise, stored: true, method: 8 }]), 'damaged'],
    ['a bomb', zipOf([{ name: 'a', content: Buffer.alloc(limit + 1) }]), 'too_large'],
    ['a content that is cut off', zipOf([{ name: 'a', content: noiseOf(1_000) }]).subarray(0, 500), 'damaged'],
    ['an entry elsewhere', patched(whole, directoryAt + 42, 1), 'damaged'],
  ];
  for (const [what, archive, code] of unreadable)
    it(`refuses ${what}`, async () => {
      await assert.rejects(contents(archive), (error) => error instanceof UnreadableFile && error.code === code);
    });

  it('never fails in another way, whatever is changed', async () => {
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(whole.length), async (changes, cut) => {
        const archive = changes.reduce((bytes, [at, value]) => patched(bytes, at, value), whole);
        for (const changed of [archive, archive.subarray(0, cut)])
          await contents(changed).catch((error) => assert.ok(error instanceof UnreadableFile, error));
      }),
      { numRuns: 500 },
    );
  });
});

function patched(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}

function unicodePath(name: string): Buffer {
  const path = Buffer.from(name);
  return Buffer.concat([Buffer.from([0x75, 0x70, path.length + 5, 0, 1, 0, 0, 0, 0]), path]);
}
