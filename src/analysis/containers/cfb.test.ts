import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnreadableFile } from '#domain/analysis.ts';
import { compoundFile } from '#test/support/compound-file.ts';
import { memoryBlob } from '#test/support/memory-blobs.ts';
import { assertDamageIsBorne } from '#test/support/mutants.ts';
import { type CompoundEntry, CompoundFile } from './cfb.ts';
import { childOf } from './cfb-directory.ts';

const streams = {
  empty: Buffer.alloc(0),
  tiny: Buffer.from('a few bytes'),
  small: pattern(4_095),
  large: pattern(4_096),
  larger: pattern(70_000),
};
const clsid = '0609020000000000c000000000000046';

for (const sectorSize of [512, 4096] as const)
  describe(`a compound file with sectors of ${sectorSize} bytes`, () => {
    const bytes = compoundFile(
      { ...streams, folder: { inner: streams.small, deep: { a: streams.tiny } } },
      { clsid, sectorSize },
    );

    it('has its class and its entries', async () => {
      const { root } = await CompoundFile.open(memoryBlob(bytes));
      assert.equal(root.clsid, '00020906-0000-0000-c000-000000000046');
      assert.deepEqual(root.children.map(({ name }) => name).sort(), [...Object.keys(streams), 'folder'].sort());
      assert.deepEqual(
        root.children.map(({ name, kind, size }) => [name, kind, size]).find(([name]) => name === 'larger'),
        ['larger', 'stream', 70_000],
      );
    });

    for (const [name, content] of Object.entries(streams))
      it(`gives the ${name} stream, whole and in part`, async () => {
        const file = await CompoundFile.open(memoryBlob(bytes));
        assert.deepEqual(await file.read(entryAt(file, name), 100_000), content);
        assert.deepEqual(await file.read(entryAt(file, name), 700), content.subarray(0, 700));
      });

    it('gives streams of storages, in whatever case', async () => {
      const file = await CompoundFile.open(memoryBlob(bytes));
      assert.deepEqual(await file.read(entryAt(file, 'FOLDER', 'Inner'), 5_000), streams.small);
      assert.deepEqual(await file.read(entryAt(file, 'folder', 'deep', 'a'), 5_000), streams.tiny);
    });
  });

describe('a damaged compound file', () => {
  const bytes = compoundFile({ large: pattern(20_000), small: pattern(300) });

  it('gives its streams when the last sector is cut off', async () => {
    const file = await CompoundFile.open(memoryBlob(bytes.subarray(0, -100)));
    assert.deepEqual(await file.read(entryAt(file, 'large'), 20_000), pattern(20_000));
  });

  it('is refused when a stream never ends', async () => {
    const circle = Buffer.from(bytes);
    const table = 512 * (circle.readUInt32LE(76) + 1);
    circle.writeUInt32LE(0, table + 4 * 5); // The sixth sector of the first stream is followed by the first.
    const file = await CompoundFile.open(memoryBlob(circle));
    await assert.rejects(file.read(entryAt(file, 'large'), 20_000), UnreadableFile);
  });

  for (const [what, damaged] of [
    ['has no header', Buffer.alloc(4_096)],
    ['ends in its header', bytes.subarray(0, 300)],
    ['ends behind its header', bytes.subarray(0, 512)],
    ['has sectors of 2 bytes', Buffer.concat([bytes.subarray(0, 30), Buffer.from([1]), bytes.subarray(31)])],
  ] as const)
    it(`is refused when it ${what}`, async () => {
      await assert.rejects(CompoundFile.open(memoryBlob(damaged)), UnreadableFile);
    });

  it('is read as far as it goes, or refused, whatever the damage', async () => {
    await assertDamageIsBorne(bytes, async (mutant) => readAll(await CompoundFile.open(memoryBlob(mutant))));
  });
});

async function readAll(file: CompoundFile): Promise<void> {
  const waiting: CompoundEntry[] = [file.root];
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    await file.read(entry, 100_000);
    waiting.push(...entry.children);
  }
}

function entryAt(file: CompoundFile, ...path: readonly string[]): CompoundEntry {
  let entry = file.root;
  for (const name of path) {
    const child = childOf(entry, name);
    assert.ok(child, name);
    entry = child;
  }
  return entry;
}

function pattern(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 0xff));
}
