import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnreadableFile } from '#domain/analysis.ts';
import { compoundFile } from '#test/support/compound-file.ts';
import { assertDamageIsBorne } from '#test/support/mutants.ts';
import { readDocument } from '#test/support/read-document.ts';
import { reader } from './excel.ts';

/** Cells of the version 8, each in the row 0, with the style 0. */
const cells: readonly [what: string, records: Buffer, text: string][] = [
  ['an integer', record(0x27e, cell(), uint32((42 << 2) | 2)), '42'],
  ['a negative integer', record(0x27e, cell(), int32((-42 << 2) | 2)), '-42'],
  ['hundredths', record(0x27e, cell(), uint32((1234 << 2) | 3)), '12.34'],
  ['a packed number', record(0x27e, cell(), double(1.5).subarray(4)), '1.5'],
  ['a number', record(0x203, cell(), double(0.1)), '0.1'],
  [
    'packed numbers',
    record(
      0xbd,
      cell().subarray(0, 4),
      ...[1, 2].map((n) => Buffer.concat([uint16(0), uint32((n << 2) | 2)])),
      uint16(1),
    ),
    '1\t2',
  ],
  ['a number with a format', record(0x203, cell(1), double(25)), '25 percent'],
  ['a date', record(0x203, cell(2), double(43_833)), '3-Jan-20'],
  ['true', record(0x205, cell(), Buffer.from([1, 0])), 'TRUE'],
  ['an error', record(0x205, cell(), Buffer.from([7, 1])), '#DIV/0!'],
  ['a text of its own', record(0x204, cell(), wide('a Ж')), 'a Ж'],
  ['a shared text', record(0xfd, cell(), uint32(1)), 'the second'],
  ['a formula with a number', formula(double(7)), '7'],
  ['a formula with a truth', formula(result(1, 0)), 'FALSE'],
  ['a formula with an error', formula(result(2, 0x2a)), '#N/A'],
  ['a formula with an empty text', formula(result(3, 0)), ''],
  [
    'a formula with a text',
    Buffer.concat([formula(result(0, 0)), record(0x4bc), record(0x207, narrow('a text'))]),
    'a text',
  ],
];

describe('a workbook', () => {
  for (const [what, records, text] of cells)
    it(`shows ${what}`, async () => {
      const { body = '' } = (await read(workbook(records))).parts;
      assert.equal(body.trim(), text);
    });

  it('has texts that are cut anywhere', async () => {
    const strings = [
      Buffer.concat([uint32(3), uint32(3), uint16(6), Buffer.from([0]), Buffer.from('abc')]),
      Buffer.concat([Buffer.from([1]), Buffer.from('dЖf', 'utf16le'), rich('ghi', 1), phonetic('Ж漢').subarray(0, 9)]),
      Buffer.concat([Buffer.from([1]), phonetic('Ж漢').subarray(9)]),
    ];
    const [first, ...others] = strings as [Buffer, ...Buffer[]];
    const sst = Buffer.concat([record(0xfc, first), ...others.map((part) => record(0x3c, part))]);
    const texts = [0, 1, 2].map((index) => record(0xfd, cell(), uint32(index)));
    const { parts } = await read(inFile(globals(sst), sheet(...texts)));
    assert.equal(parts.body, '\nabcdЖf\tghi\tЖ漢\t');
  });

  it('has its rows, sheets, notes, boxes and headers, but no charts', async () => {
    const object = (kind: number) => record(0x5d, Buffer.from([0x15, 0, 0x12, 0]), uint16(kind), Buffer.alloc(16));
    const text = (words: string) => [
      record(0x1b6, Buffer.alloc(10), uint16(words.length), Buffer.alloc(6)),
      record(0x3c, Buffer.from([0]), Buffer.from(words)),
      record(0x3c, Buffer.alloc(16)),
    ];
    const chart = [begin(0x20), record(0x204, cell(), narrow('chart')), record(0x0a)];
    const one = sheet(
      record(0x14, narrow('&L&"Arial,Bold"&12Page &P of it')),
      label('a b', 0),
      label('c', 0),
      ...chart,
      label('d', 3),
      ...[object(0x19), ...text('a comment'), object(6), ...text('a box')],
    );
    const two = sheet(label('e', 3));
    assert.deepEqual(await read(inFile(globals(boundSheet(0), boundSheet(0), boundSheet(2)), one, two)), {
      parts: {
        page_headers: '   Page   of it\n',
        body: '\na b\tc\t\nd\t\ne\t',
        comments: 'a comment\n',
        text_boxes: 'a box\n',
      },
      facts: { sheets: 2 },
    });
  });

  it('is encrypted if it says so', async () => {
    const { parts, facts } = await read(inFile(globals(record(0x2f, Buffer.alloc(4))), sheet(label('x', 0))));
    assert.deepEqual([parts, facts], [{}, { encrypted: true }]);
  });

  it('of the version 5 has 8-bit text in its code page', async () => {
    const stream = Buffer.concat([
      begin(5, 0x500),
      record(0x42, uint16(1251)),
      record(0x0a),
      begin(0x10, 0x500),
      record(0x204, cell(), uint16(3), Buffer.from([0xcf, 0xf0, 0x61])),
      record(0x1c, uint16(0), uint16(0), uint16(4), Buffer.from('note')),
      record(0x0a),
    ]);
    const { parts } = await read(compoundFile({ Book: stream }));
    assert.deepEqual(parts, { body: '\nПрa\t', comments: 'note\n' });
  });

  for (const [version, begins, text] of [
    [2, 0x0009, record(0x0004, Buffer.alloc(7), Buffer.from('\x03a b'))],
    [3, 0x0209, record(0x0204, cell(), uint16(3), Buffer.from('a b'))],
    [4, 0x0409, record(0x0204, cell(), uint16(3), Buffer.from('a b'))],
  ] as const)
    it(`of the version ${version} needs no container`, async () => {
      const stream = Buffer.concat([record(begins, uint16(0), uint16(0x10)), text, record(0x0a)]);
      assert.deepEqual(await read(stream), { parts: { body: '\na b\t' }, facts: { sheets: 1 } });
    });

  it('of the version 2 has integers', async () => {
    const stream = Buffer.concat([record(0x0009, uint16(0), uint16(0x10)), record(0x0002, Buffer.alloc(7), uint16(7))]);
    assert.equal((await read(stream)).parts.body, '\n7\t');
  });

  it('is shown as far as it goes when it is cut off', async () => {
    const stream = Buffer.concat([globals(), sheet(label('a', 0), label('b', 0))]);
    assert.equal((await read(compoundFile({ Workbook: stream.subarray(0, -8) }))).parts.body, '\na\t');
  });

  it('is refused when it is none, or has too many texts', async () => {
    await assert.rejects(read(compoundFile({ other: Buffer.alloc(9) })), UnreadableFile);
    await assert.rejects(read(compoundFile({ Workbook: record(0x204, cell(), narrow('x')) })), UnreadableFile);
    await assert.rejects(read(inFile(globals(record(0xfc, uint32(0), uint32(2 ** 30))))), UnreadableFile);
  });

  it('bears any damage', async () => {
    const all = workbook(Buffer.concat(cells.map(([, records]) => records)));
    await assertDamageIsBorne(all, read);
  });
});

async function read(bytes: Buffer) {
  return await readDocument(reader, bytes);
}

function workbook(records: Buffer): Buffer {
  const strings = record(0xfc, uint32(2), uint32(2), narrow('the first'), narrow('the second'));
  const percent = record(0x41e, uint16(164), narrow('0\\ "percent"'));
  return inFile(globals(strings, percent, ...[0, 164, 15].map(style)), sheet(records));
}

function style(format: number): Buffer {
  return record(0xe0, uint16(0), uint16(format), Buffer.alloc(16));
}

function inFile(...streams: readonly Buffer[]): Buffer {
  return compoundFile({ Workbook: Buffer.concat(streams) });
}

function globals(...records: readonly Buffer[]): Buffer {
  return Buffer.concat([begin(5), ...records, record(0x0a)]);
}

function sheet(...records: readonly Buffer[]): Buffer {
  return Buffer.concat([begin(0x10), ...records, record(0x0a)]);
}

function begin(kind: number, version = 0x600): Buffer {
  return record(0x809, uint16(version), uint16(kind), Buffer.alloc(12));
}

function boundSheet(kind: number): Buffer {
  return record(0x85, uint32(0), Buffer.from([0, kind]), Buffer.from('\x01\x00s'));
}

function label(text: string, row: number): Buffer {
  return record(0x204, uint16(row), uint16(0), uint16(0), narrow(text));
}

function formula(value: Buffer): Buffer {
  return record(0x06, cell(), value, Buffer.alloc(8));
}

function result(kind: number, value: number): Buffer {
  return Buffer.from([kind, 0, value, 0, 0, 0, 0xff, 0xff]);
}

function record(type: number, ...data: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(data);
  return Buffer.concat([uint16(type), uint16(bytes.length), bytes]);
}

function cell(style = 0): Buffer {
  return Buffer.concat([uint16(0), uint16(0), uint16(style)]);
}

function narrow(text: string): Buffer {
  return Buffer.concat([uint16(text.length), Buffer.from([0]), Buffer.from(text, 'latin1')]);
}

function wide(text: string): Buffer {
  return Buffer.concat([uint16(text.length), Buffer.from([1]), Buffer.from(text, 'utf16le')]);
}

/** With this number of runs of other fonts. */
function rich(text: string, runs: number): Buffer {
  return Buffer.concat([
    uint16(text.length),
    Buffer.from([8]),
    uint16(runs),
    Buffer.from(text),
    Buffer.alloc(4 * runs, 1),
  ]);
}

/** With its pronunciation. */
function phonetic(text: string): Buffer {
  return Buffer.concat([
    uint16(text.length),
    Buffer.from([5]),
    uint32(6),
    Buffer.from(text, 'utf16le'),
    Buffer.alloc(6, 1),
  ]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value & 0xff, value >> 8]);
}

function uint32(value: number): Buffer {
  return int32(value | 0);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
