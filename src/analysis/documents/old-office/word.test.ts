import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnreadableFile } from '#domain/analysis.ts';
import { compoundFile } from '#test/support/compound-file.ts';
import { assertDamageIsBorne } from '#test/support/mutants.ts';
import { readDocument } from '#test/support/read-document.ts';
import { oldWordStream, wordDocument } from '#test/support/word-document.ts';
import { reader } from './word.ts';

const stories = [
  'The body, with 12 € and Привет.\r',
  'A note\r',
  'A header\r',
  'A macro\r',
  'A comment\r',
  'An end note\r',
  'A box\r',
  'A box of a header\r',
];
const parts = {
  body: 'The body, with 12 € and Привет.\n',
  footnotes: 'A note\nAn end note\n',
  page_headers: 'A header\nA box of a header\n',
  comments: 'A comment\n',
  text_boxes: 'A box\n',
};
const hidden = Buffer.from('3c0801', 'hex');
const deleted = Buffer.from('000801', 'hex');

describe('a Word document', () => {
  it('has its text by part, wherever its pieces are', async () => {
    assert.deepEqual(await read(wordDocument({ stories })), { parts, facts: {} });
  });

  it('shows the results of fields, not their codes', async () => {
    const text = 'a \x13 HYPERLINK "x" \x14link\x15s \x13 IF \x13 X \x14y\x15 \x14z\x13 P \x15\x15 b\x15\x14c\r';
    assert.equal((await read(wordDocument({ stories: [text] }))).parts.body, 'a links z bc\n');
  });

  it('shows what is behind a field without an end', async () => {
    const text = 'a \x13 P \x14b\x15 c \x13 d\re \x13 P \x14f\r';
    assert.equal((await read(wordDocument({ stories: [text, 'note\r'] }))).parts.body, 'a b c  d\ne  P f\n');
  });

  it('shows cells, breaks and hyphens, but no references and pictures', async () => {
    const { parts } = await read(
      wordDocument({ stories: ['a\x07\x07b\x0bc\x0cd\x0ee\x1ef\x1fg\x01\x02\x05\x08h\ti\r'] }),
    );
    assert.equal(parts.body, 'a\t\tb\nc\nd\ne\u2011fgh\ti\n');
  });

  for (const [what, property, parts] of [
    ['hides', hidden, { body: 'seen one  more\n', hidden: 'not seen' }],
    [
      'hides, behind other properties,',
      Buffer.concat([Buffer.from('434a180008d60300aabb', 'hex'), hidden]),
      { body: 'seen one  more\n', hidden: 'not seen' },
    ],
    ['leaves out deleted text with', deleted, { body: 'seen one  more\n' }],
    ['shows what is no longer hidden with', Buffer.from('3c08013c0800', 'hex'), { body: 'seen one not seen more\n' }],
    ['shows with other properties', Buffer.from('350801', 'hex'), { body: 'seen one not seen more\n' }],
  ] as const)
    it(`${what} a run of characters`, async () => {
      const document = wordDocument({ stories: ['seen one not seen more\r'], properties: [[9, 17, property]] });
      assert.deepEqual((await read(document)).parts, parts);
    });

  it('is encrypted if it says so', async () => {
    assert.deepEqual(await read(wordDocument({ stories, encrypted: true })), { parts: {}, facts: { encrypted: true } });
  });

  it('of Word 6 has text without pieces, in the code page of its language', async () => {
    const wanted = { parts: { body: 'caf\u00e9 a\n', footnotes: 'A note\n' }, facts: {} };
    const document = oldWordStream({ stories: ['caf\u00e9 a\r', 'A note\r'], version: 101 });
    assert.deepEqual(await read(compoundFile({ WordDocument: document })), wanted);
    const russian = oldWordStream({ stories: ['\u00cf\u00f0\r'], version: 101, language: 0x419 });
    assert.equal((await read(compoundFile({ WordDocument: russian }))).parts.body, 'Пр\n');
  });

  it('of Word 2 needs no container', async () => {
    const { parts } = await read(oldWordStream({ stories: ['A body\r', 'A note\r'], version: 45 }));
    assert.deepEqual(parts, { body: 'A body\n', footnotes: 'A note\n' });
  });

  it('of Write or Word for DOS has its text behind its header', async () => {
    const header = Buffer.alloc(0x80);
    header.writeUInt16LE(0xbe31, 0);
    header.writeUInt32LE(0x88, 0x0e);
    const { parts } = await read(Buffer.concat([header, Buffer.from('a\r\nb\x0cc\xe9and more', 'latin1')]));
    assert.deepEqual(parts, { body: 'a\n\nb\nc\u00e9a' });
  });

  it('is refused when it is another file or lacks its tables', async () => {
    await assert.rejects(read(Buffer.from('no')), UnreadableFile);
    await assert.rejects(read(compoundFile({ other: Buffer.alloc(9) })), UnreadableFile);
    const stream = oldWordStream({ stories, version: 101 });
    stream.writeUInt16LE(0xc1, 2);
    await assert.rejects(read(compoundFile({ WordDocument: stream })), UnreadableFile);
    await assert.rejects(read(compoundFile({ WordDocument: stream.subarray(0, 60) })), UnreadableFile);
  });

  it('bears any damage', async () => {
    await assertDamageIsBorne(wordDocument({ stories, properties: [[3, 9, hidden]] }), read);
  });
});

async function read(bytes: Buffer) {
  return await readDocument(reader, bytes);
}
