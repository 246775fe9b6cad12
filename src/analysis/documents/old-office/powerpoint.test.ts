import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnreadableFile } from '#domain/analysis.ts';
import { compoundFile } from '#test/support/compound-file.ts';
import { assertDamageIsBorne } from '#test/support/mutants.ts';
import { readDocument } from '#test/support/read-document.ts';
import { reader } from './powerpoint.ts';
import { recordType as type } from './powerpoint-records.ts';

const master = 10;
const [first, second, note] = [11, 12, 13];

/** Slides with texts of each kind. */
const objects = new Map([
  [master, slide(shape(header(0), text('Click to edit')))],
  [first, slide(shape(reference(1)), shape(header(4), text('A box\rof lines')), group(shape(reference(0))))],
  [
    second,
    slide(
      shape(header(0), bytes('Page * of it'), field(5)),
      page(8, text('9')),
      page(9, text('A footer')),
      comment('A comment'),
    ),
  ],
  [
    note,
    container(
      type.notes,
      container(type.drawing, container(type.drawingContainer, shape(header(2), text('A note'))), page(8, text('1'))),
    ),
  ],
]);
const lists = [
  list(1, slideOf(master), header(0), text('Click to edit')),
  list(
    0,
    slideOf(first),
    header(0),
    text('The title'),
    header(1),
    text('The Ж'),
    header(1),
    text('not shown'),
    slideOf(second),
  ),
  list(2, slideOf(note)),
];

describe('a presentation', () => {
  it('has the texts of its slides, by part', async () => {
    assert.deepEqual(await read(presentation([{ objects, lists }])), {
      parts: {
        body: 'The Ж\nA box\nof lines\nThe title\nnot shown\nPage  of it\n',
        page_headers: '9\nA footer\n1\n',
        comments: 'A comment\n',
        notes: 'A note\n',
      },
      facts: { slides: 2 },
    });
  });

  it('is as its last edit left it', async () => {
    const edited = new Map([[first, slide(shape(header(4), text('Changed')))]]);
    const { parts, facts } = await read(
      presentation([
        { objects, lists },
        { objects: edited, lists: [list(0, slideOf(first))] },
      ]),
    );
    assert.deepEqual([parts, facts], [{ body: 'Changed\n' }, { slides: 1 }]);
  });

  it('of a file for two versions is the newer one', async () => {
    const [stream, user] = streams([{ objects, lists: [list(2, slideOf(note))] }]);
    const old = Buffer.alloc(100);
    const file = compoundFile({
      'PowerPoint Document': old,
      PP97_DUALSTORAGE: { 'PowerPoint Document': stream, 'Current User': user },
    });
    assert.deepEqual((await read(file)).parts, { notes: 'A note\n', page_headers: '1\n' });
  });

  it('is encrypted if it says so', async () => {
    assert.deepEqual(await read(presentation([{ objects, lists }], 0xf3d1_c4df)), {
      parts: {},
      facts: { encrypted: true },
    });
  });

  it('whose edits are lost has the slides that can be found', async () => {
    const [stream] = streams([{ objects, lists }]);
    const { parts, facts } = await read(
      compoundFile({ 'PowerPoint Document': stream, 'Current User': Buffer.alloc(20) }),
    );
    assert.deepEqual(parts.notes, 'A note\n');
    assert.deepEqual(facts, { slides: 3 });
  });

  it('is refused when it has no slides to be found', async () => {
    await assert.rejects(read(compoundFile({ PP40: Buffer.alloc(100) })), UnreadableFile);
    await assert.rejects(read(compoundFile({ 'PowerPoint Document': Buffer.alloc(100) })), UnreadableFile);
  });

  it('bears groups within groups without end, and any damage', async () => {
    let deep = shape(header(0), text('deep'));
    for (let depth = 0; depth < 5_000; depth++) deep = container(type.shapeGroup, deep);
    await read(presentation([{ objects: new Map([[first, slide(deep)]]), lists: [list(0, slideOf(first))] }]));
    await assertDamageIsBorne(presentation([{ objects, lists }]), read);
  });
});

async function read(bytes: Buffer) {
  return await readDocument(reader, bytes);
}

interface Edit {
  readonly objects: ReadonlyMap<number, Buffer>;
  readonly lists: readonly Buffer[];
}

function presentation(edits: readonly Edit[], token = 0xe391_c05f): Buffer {
  const [stream, user] = streams(edits, token);
  return compoundFile({ 'PowerPoint Document': stream, 'Current User': user });
}

const document = 1;

function streams(edits: readonly Edit[], token = 0xe391_c05f): [stream: Buffer, user: Buffer] {
  let stream = Buffer.alloc(0);
  let last = 0;
  for (const { objects, lists } of edits) {
    const offsets: Buffer[] = [];
    for (const [number, content] of new Map([[document, container(type.document, ...lists)], ...objects])) {
      offsets.push(uint32((1 << 20) | number), uint32(stream.length));
      stream = Buffer.concat([stream, content]);
    }
    const directory = stream.length;
    const edit = atom(
      type.edit,
      uint32(0),
      uint32(0),
      uint32(last),
      uint32(directory),
      uint32(document),
      Buffer.alloc(8),
    );
    stream = Buffer.concat([stream, atom(type.offsets, ...offsets)]);
    last = stream.length;
    stream = Buffer.concat([stream, edit]);
  }
  return [stream, Buffer.concat([Buffer.alloc(12), uint32(token), uint32(last)])];
}

function list(instance: number, ...records: readonly Buffer[]): Buffer {
  return record((instance << 4) | 15, type.slideList, records);
}

function slideOf(number: number): Buffer {
  return atom(type.slideReference, uint32(number), Buffer.alloc(16));
}

function slide(...shapes: readonly Buffer[]): Buffer {
  const drawing = container(type.drawing, container(type.drawingContainer, container(type.shapeGroup, ...shapes)));
  return container(type.slide, drawing);
}

function group(...shapes: readonly Buffer[]): Buffer {
  return container(type.shapeGroup, ...shapes);
}

function shape(...content: readonly Buffer[]): Buffer {
  return container(type.shape, container(type.textBox, ...content));
}

/** A shape that is on each page: a number or a footer. */
function page(kind: number, content: Buffer): Buffer {
  const placeholder = atom(type.placeholder, uint32(0), Buffer.from([kind, 0, 0, 0]));
  return container(type.shape, container(type.shapeData, placeholder), container(type.textBox, header(4), content));
}

function comment(words: string): Buffer {
  const strings = ['An author', words, 'AA'].map((string, instance) =>
    record(instance << 4, type.string, [Buffer.from(string, 'utf16le')]),
  );
  const tag = container(type.binaryTag, atom(type.binaryTagData, container(type.comment, ...strings)));
  return container(type.tags, tag);
}

function reference(index: number): Buffer {
  return atom(type.outlineReference, uint32(index));
}

function header(kind: number): Buffer {
  return atom(type.textHeader, uint32(kind));
}

function text(words: string): Buffer {
  return atom(type.wideText, Buffer.from(words, 'utf16le'));
}

function bytes(words: string): Buffer {
  return atom(type.narrowText, Buffer.from(words, 'latin1'));
}

function field(position: number): Buffer {
  return atom(type.slideNumber, uint32(position));
}

function container(kind: number, ...records: readonly Buffer[]): Buffer {
  return record(15, kind, records);
}

function atom(kind: number, ...data: readonly Buffer[]): Buffer {
  return record(0, kind, data);
}

function record(versionAndInstance: number, kind: number, data: readonly Buffer[]): Buffer {
  const content = Buffer.concat(data);
  const head = Buffer.alloc(8);
  head.writeUInt16LE(versionAndInstance, 0);
  head.writeUInt16LE(kind, 2);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
