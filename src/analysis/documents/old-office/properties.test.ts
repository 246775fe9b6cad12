import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compoundFile } from '#test/support/compound-file.ts';
import { memoryBlob } from '#test/support/memory-blobs.ts';
import { assertDamageIsBorne } from '#test/support/mutants.ts';
import { CompoundFile } from '../../containers/cfb.ts';
import { propertiesOf } from './properties.ts';

describe('the properties of an old Office document', () => {
  it('are its facts', async () => {
    const properties = [
      short(1, 1251),
      narrow(2, 'Отчёт'),
      narrow(4, 'J. Doe'),
      time(12),
      time(13, 0n),
      integer(14, 3),
    ];
    assert.deepEqual(await factsIn(properties), {
      title: 'Отчёт',
      subject: '',
      author: 'J. Doe',
      created: '2001-02-03T04:05:06Z',
      modified: '',
      pages: 3,
    });
  });

  it('may be Unicode, and number no pages', async () => {
    const { title, pages } = await factsIn([wide(2, 'Ω 1'), integer(14, 0)]);
    assert.deepEqual([title, pages], ['Ω 1', undefined]);
  });

  it('may be missing', async () => {
    assert.deepEqual(await propertiesOf(await CompoundFile.open(memoryBlob(compoundFile({})))), {});
  });

  it('bear any damage', async () => {
    const set = propertySet([narrow(2, 'a'), wide(4, 'b'), time(12)]);
    await assertDamageIsBorne(set, async (mutant) => factsOf(mutant));
  });
});

type Property = readonly [id: number, value: Buffer];

async function factsIn(properties: readonly Property[]) {
  return await factsOf(propertySet(properties));
}

async function factsOf(set: Buffer) {
  return await propertiesOf(await CompoundFile.open(memoryBlob(compoundFile({ '\u0005SummaryInformation': set }))));
}

/** Source: [MS-OLEPS] 2.21. */
function propertySet(properties: readonly Property[]): Buffer {
  const header = Buffer.alloc(48 + 8 + 8 * properties.length);
  header.writeUInt16LE(0xfffe, 0);
  header.writeUInt32LE(1, 24);
  header.writeUInt32LE(48, 44);
  header.writeUInt32LE(properties.length, 52);
  let offset = 8 + 8 * properties.length;
  for (const [index, [id, value]] of properties.entries()) {
    header.writeUInt32LE(id, 56 + 8 * index);
    header.writeUInt32LE(offset, 60 + 8 * index);
    offset += value.length;
  }
  return Buffer.concat([header, ...properties.map(([, value]) => value)]);
}

function short(id: number, value: number): Property {
  return [id, Buffer.concat([numbers(2), numbers(value)])];
}

function integer(id: number, value: number): Property {
  return [id, numbers(3, value)];
}

/** Text in the code page 1251, with a NUL at its end. */
function narrow(id: number, text: string): Property {
  const codes = Array.from(text, (char) =>
    char >= 'А' ? (char === 'ё' ? 0xb8 : char.charCodeAt(0) - 0x350) : char.charCodeAt(0),
  );
  return [id, Buffer.concat([numbers(30, codes.length + 1), Buffer.from([...codes, 0, 0, 0, 0])])];
}

function wide(id: number, text: string): Property {
  return [id, Buffer.concat([numbers(31, text.length + 1), Buffer.from(`${text}\0\0`, 'utf16le')])];
}

function time(id: number, milliseconds = BigInt(Date.UTC(2001, 1, 3, 4, 5, 6)) + 11_644_473_600_000n): Property {
  const value = Buffer.alloc(8);
  value.writeBigUInt64LE(milliseconds * 10_000n);
  return [id, Buffer.concat([numbers(64), value])];
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
  return bytes;
}
