import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { lzma, xz } from '@napi-rs/lzma';
import fc from 'fast-check';
import { type CoreFields, UnreadableFile } from '#domain/analysis.ts';
import * as write from '#test/support/archive-writers.ts';
import { memoryBlob } from '#test/support/memory-blobs.ts';
import { zipOf } from '#test/support/zip-writer.ts';
import { archive } from './archive.ts';

const types = {
  zip: 'application/zip',
  tar: 'application/x-tar',
  gzip: 'application/gzip',
  bzip2: 'application/x-bzip2',
  xz: 'application/x-xz',
  zstd: 'application/zstd',
  '7z': 'application/x-7z-compressed',
  rar: 'application/vnd.rar',
  ar: 'application/x-unix-archive',
  cpio: 'application/x-cpio',
  cab: 'application/vnd.ms-cab-compressed',
};
type Type = keyof typeof types;

async function find(type: Type, bytes: Buffer, filename = 'sample') {
  const core = { mime_type: types[type], size: bytes.length } as CoreFields;
  assert.ok(archive.accepts(core));
  const { findings } = await archive.analyze(memoryBlob(bytes), { filename, core, findings: {} });
  return archive.schema.parse(findings);
}

const members = [
  { name: 'folder' },
  { name: 'folder/ü.txt', content: 'alpha '.repeat(100) },
  { name: 'b', content: 'beta' },
];
const listed = {
  entries: 2,
  directories: 1,
  total_size: 604,
  largest: [
    { name: 'folder/ü.txt', size: 600 },
    { name: 'b', size: 4 },
  ],
};
const rarMembers = members.map(({ name, content }) => ({
  name,
  size: content?.length ?? 0,
  data: Buffer.from(content ?? ''),
  isDirectory: content === undefined,
}));
const tar = write.tarOf(members.map((member) => ({ ...member, type: member.content === undefined ? '5' : '0' })));
const plainMembers = [
  { name: 'folder/', content: '' },
  ...members.slice(1).map(({ name, content = '' }) => ({ name, content })),
];
/** Made by bzip2 1.0.8: the numbers from 1 to 300, each on a line; 2,000,000 zero bytes. */
const numbers = Buffer.from(
  'QlpoOTFBWSZTWfqyn6IAALVIAAAQf+BAApA2HAAxqlHlP8qhVP0wT/VUhU/1Ux6n6UHUf/+qUm/VT/KqR9yJq83z7yADToDBIFhQKBYSBg6A0gA84AGuOgPIANOgMEgWFAoFhIGDoDSADzgAY4SBYUCgWEgYOgNIAPOAA4cKqtrS222ySSSKAAAAAEojlttu2y2223e973vdaJohE0QiaIRNEImiETRCJohE0QiaIRNbnJtttr+qtttu973ve9f1iaIRNANoBtANoBtANoBtANoBtbnMbbbWW/+222aSSS398AAAAG7tu2219tq22yaSSWwAAAAbu23m21+229bbJNJJb6AAAAN3bbfdtfLbb5bZJNJLfoAAAA3dttvdr1ttv22SSaS3wAAAAbu222mq222+2SSTS3gAAAB87eebbbS1bbbfbJJJ+/YAAAD4fwu5IpwoSH1ZT9EA',
  'base64',
);
const zeros = Buffer.from('QlpoOTFBWSZTWYK4WkIAD1HgAMAAAACACCAAMMwJqmmKkhtVKSHi7kinChIQVwtIQA==', 'base64');

function packedByLzma(header: Buffer) {
  const file = lzma.compressSync(header);
  return { method: '030101', properties: file.subarray(0, 5), data: file.subarray(13) };
}

const archives: readonly (readonly [Type, string, Buffer])[] = [
  ['zip', 'zip', zipOf(plainMembers)],
  ['tar', 'tar', tar],
  ['gzip', 'tar', gzipSync(tar)],
  ['xz', 'tar', xz.compressSync(tar)],
  ['zstd', 'tar', zstdCompressSync(tar)],
  ['7z', '7z', write.sevenZipOf(members)],
  ['7z', '7z', write.sevenZipOf(members, { pack: packedByLzma })],
  ['rar', 'rar', write.rar5Of(rarMembers)],
  ['rar', 'rar', write.rar4Of(rarMembers)],
  ['cpio', 'cpio', write.cpioOf('newc', members)],
  ['cpio', 'cpio', write.cpioOf('odc', members)],
  ['cpio', 'cpio', write.cpioOf('binary', members)],
];

describe('an archive', () => {
  for (const [at, [type, format, bytes]] of archives.entries())
    it(`lists its entries: ${type}, ${format} (${at})`, async () => {
      const { entries, directories, total_size, largest, ...found } = await find(type, bytes);
      assert.deepEqual({ entries, directories, total_size, largest }, listed);
      assert.deepEqual([found.format, found.compression], [format, format === type ? undefined : type]);
      assert.deepEqual([found.encrypted, found.limits], [false, undefined]);
    });

  it('lists files of ar, with long names of GNU and BSD, and without tables', async () => {
    const bytes = write.arOf([
      { field: '/', content: 'symbols' },
      { field: '//', content: 'a-name-longer-than-fifteen.o/\nanother-name-that-is-long.o/\n' },
      { field: 'short.o/', content: 'abc' },
      { field: '/30', content: 'abcd' },
      { field: '#1/12', content: 'name-of-bsd\0abcde' },
    ]);
    const { entries, largest } = await find('ar', bytes);
    const names = [
      { name: 'name-of-bsd', size: 5 },
      { name: 'another-name-that-is-long.o', size: 4 },
      { name: 'short.o', size: 3 },
    ];
    assert.deepEqual([entries, largest], [3, names]);
  });

  it('lists files of a cabinet, but those that continue from another', async () => {
    const bytes = write.cabinetOf([
      { name: 'a', size: 10 },
      { name: 'b', size: 100, folder: 0xfffd },
      { name: 'ü', size: 20 },
    ]);
    const { entries, total_size, largest } = await find('cab', bytes);
    assert.deepEqual(
      [entries, total_size, largest],
      [
        2,
        30,
        [
          { name: 'ü', size: 20 },
          { name: 'a', size: 10 },
        ],
      ],
    );
  });

  it('says what is encrypted, and has no counts when names are', async () => {
    const encrypted = rarMembers.map((member) => ({ ...member, isEncrypted: true }));
    const found = await Promise.all([
      find('rar', write.rar5Of(encrypted)),
      find('rar', write.rar4Of(encrypted)),
      find('7z', write.sevenZipOf(members, { method: '06f10701' })),
      find('zip', zipOf(plainMembers.map((member) => ({ ...member, flags: 1 })))),
    ]);
    for (const { encrypted, entries } of found) assert.deepEqual([encrypted, entries], [true, 2]);
    const pack = (header: Buffer) => ({ method: '06f10701', properties: Buffer.alloc(2), data: header });
    const hidden = await Promise.all([
      find('rar', write.rar5Of(encrypted, { isHidden: true })),
      find('rar', write.rar4Of(encrypted, { isHidden: true })),
      find('7z', write.sevenZipOf(members, { pack })),
    ]);
    for (const { encrypted, entries, total_size } of hidden)
      assert.deepEqual([encrypted, entries, total_size], [true, undefined, undefined]);
  });

  it('has a Unicode name in RAR 4', async () => {
    // "ab", then U+0416, and three characters as in the plain name.
    const coded = Buffer.from([0x04, 0b00_00_01_11, 0x61, 0x62, 0x16, 0x01]);
    const name = Buffer.concat([Buffer.from('ab?xyz\0'), coded]);
    const { largest } = await find('rar', write.rar4Of([{ name, size: 0 }]));
    assert.deepEqual(largest, [{ name: 'abЖxyz', size: 0 }]);
  });
});

describe('a tar archive', () => {
  const size = 5_000_000_000;
  const cases: readonly (readonly [string, write.TarMember[], string, number])[] = [
    [
      'a sparse file of the old GNU format',
      [{ name: 's', type: 'S', gnu: true, content: 'xx', fields: { 483: '45201371000\0' } }],
      's',
      size,
    ],
    ['GNU sparse 0.0', [write.paxMember({ 'GNU.sparse.size': `${size}` }), { name: 's', content: 'xx' }], 's', size],
    [
      'GNU sparse 0.1',
      [
        write.paxMember({ 'GNU.sparse.size': `${size}`, 'GNU.sparse.name': 's' }),
        { name: 'GNUSparseFile.0/s', content: 'xx' },
      ],
      's',
      size,
    ],
    [
      'GNU sparse 1.0',
      [
        write.paxMember({ 'GNU.sparse.realsize': `${size}`, 'GNU.sparse.name': 's' }),
        { name: 'GNUSparseFile.0/s', content: 'xx' },
      ],
      's',
      size,
    ],
    [
      'a long name of GNU',
      [
        { name: '././@LongLink', type: 'L', gnu: true, content: `${'n'.repeat(300)}\0` },
        { name: 'n', content: 'xx' },
      ],
      'n'.repeat(300),
      2,
    ],
    [
      'a long name of pax',
      [write.paxMember({ path: 'p'.repeat(300) }), { name: 'p', content: 'xx' }],
      'p'.repeat(300),
      2,
    ],
    ['a prefix', [{ name: 'file', content: 'xx', fields: { 345: 'some/folder' } }], 'some/folder/file', 2],
    ['a hard link that states a size', [{ name: 'link', type: '1', size: 700 }], 'link', 0],
  ];
  for (const [what, members, name, bytes] of cases)
    it(`has the whole size and name of ${what}`, async () => {
      const after = { name: 'after', content: 'x' };
      const { entries, largest } = await find('tar', write.tarOf([...members, after]));
      const expected = [
        { name, size: bytes },
        { name: 'after', size: 1 },
      ];
      assert.deepEqual([entries, largest], [2, bytes === 0 ? expected.reverse() : expected]);
    });

  it('may state its size in a pax header or in binary', async () => {
    const huge = write.tarMember({
      name: 'huge',
      content: 'x'.repeat(700),
      size: 0,
      fields: { 124: '\x80\0\0\0\0\0\0\0\0\0\x02\xbc' },
    });
    const pax = [write.paxMember({ size: '700' }), { name: 'huge', content: 'x'.repeat(700), size: 3 }];
    for (const bytes of [Buffer.concat([huge, tar]), Buffer.concat([...pax.map(write.tarMember), tar])])
      assert.deepEqual((await find('tar', bytes)).total_size, 1_304);
  });

  it('may lack its end and the padding of its last entry', async () => {
    const whole = Buffer.concat([write.tarMember({ name: 'a', content: 'x'.repeat(600) })]);
    for (const bytes of [whole, whole.subarray(0, 512 + 600)]) assert.equal((await find('tar', bytes)).total_size, 600);
  });
});

describe('a compressed file', () => {
  const text = Buffer.from('some text '.repeat(1_000));
  const compressors: readonly (readonly [Type, (bytes: Buffer) => Buffer])[] = [
    ['gzip', (bytes) => gzipSync(bytes)],
    ['xz', (bytes) => xz.compressSync(bytes)],
    ['zstd', (bytes) => zstdCompressSync(bytes)],
  ];
  for (const [type, compress] of compressors)
    it(`counts all members: ${type}`, async () => {
      for (const members of [[text], [text, Buffer.alloc(0), text, text]]) {
        const { entries, total_size } = await find(type, Buffer.concat(members.map(compress)));
        assert.deepEqual([entries, total_size], [1, Buffer.concat(members).length]);
      }
    });

  it('counts all members: bzip2', async () => {
    const found = await find('bzip2', Buffer.concat([numbers, zeros, numbers]), 'many.bz2');
    assert.deepEqual([found.total_size, found.largest], [2_002_184, [{ name: 'many', size: 2_002_184 }]]);
  });

  it('has the name and the comment of a gzip header', async () => {
    const plain = gzipSync(text);
    const header = Buffer.concat([
      Buffer.from([0x1f, 0x8b, 8, 0x1c]),
      Buffer.alloc(6),
      Buffer.from('\x03\0abcinside.txt\0a remark\0'),
    ]);
    const { largest, comment } = await find('gzip', Buffer.concat([header, plain.subarray(10)]), 'outside.txt.gz');
    assert.deepEqual([largest, comment], [[{ name: 'inside.txt', size: text.length }], 'a remark']);
  });

  it('may be followed by other bytes', async () => {
    const junk = Buffer.from('junk behind the end');
    for (const [type, bytes] of [
      ['gzip', gzipSync(text)],
      ['bzip2', numbers],
    ] as const)
      for (const behind of [junk, Buffer.alloc(600)])
        assert.equal(
          (await find(type, Buffer.concat([bytes, behind]))).total_size,
          type === 'gzip' ? text.length : 1_092,
        );
  });
});

describe('a limit', () => {
  it('ends the list of entries', async () => {
    const many = zipOf(Array.from({ length: 100_001 }, (_, at) => ({ name: String(at), content: '', stored: true })));
    const { entries, limits } = await find('zip', many);
    assert.deepEqual([entries, limits], [100_000, ['entries']]);
  });

  it('ends a bomb', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(200 * 2 ** 20));
    const { total_size, limits } = await find('zstd', bomb);
    assert.deepEqual(limits, ['ratio']);
    assert.ok((total_size as number) >= 64 * 2 ** 20 && (total_size as number) < 70 * 2 ** 20);
  });
});

const damageable: readonly (readonly [Type, Buffer])[] = [
  ...archives.map(([type, , bytes]) => [type, bytes] as const),
  ['gzip', gzipSync('some text')],
  ['bzip2', numbers],
  ['xz', xz.compressSync('some text')],
  ['zstd', zstdCompressSync('some text')],
  ['ar', write.arOf([{ field: 'a/', content: 'abcd' }])],
  ['cab', write.cabinetOf([{ name: 'a', size: 1 }])],
];

describe('a damaged archive', () => {
  for (const [at, [type, bytes]] of damageable.entries()) {
    it(`is refused when it is cut off: ${type} (${at})`, async () => {
      const cut = bytes.subarray(0, Math.floor(bytes.length / 3));
      await assert.rejects(find(type, cut), { name: 'UnreadableFile', code: 'damaged' });
    });

    it(`is listed or refused, whatever its bytes: ${type} (${at})`, async () => {
      const places = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(places, fc.nat(bytes.length), async (changes, length) => {
          const changed = Buffer.from(bytes);
          for (const [place, byte] of changes) changed[place] = byte;
          await listedOrRefused(type, changed);
          await listedOrRefused(type, changed.subarray(0, length));
        }),
        { numRuns: 100 },
      );
    });
  }
});

async function listedOrRefused(type: Type, bytes: Buffer): Promise<void> {
  try {
    await find(type, bytes);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
  }
}
