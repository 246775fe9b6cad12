import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readText } from '#test/support/read-document.ts';
import { zipOf } from '#test/support/zip-writer.ts';
import { reader } from './xps.ts';

const root = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Id="R0" Type="http://schemas.microsoft.com/xps/2005/06/fixedrepresentation" Target="/Seq.fdseq"/></Relationships>`;
const namespace = 'xmlns="http://schemas.microsoft.com/xps/2005/06"';

function xps(page: string, inPieces = false): Buffer {
  const content = Buffer.from(`<FixedPage ${namespace}>${page}</FixedPage>`);
  const pages = inPieces
    ? [
        { name: 'Documents/1/Pages/1.fpage/[0].piece', content: content.subarray(0, 50) },
        { name: 'Documents/1/Pages/1.fpage/[1].last.piece', content: content.subarray(50) },
      ]
    : [{ name: 'Documents/1/Pages/1.fpage', content }];
  return zipOf([
    { name: '_rels/.rels', content: root },
    {
      name: 'Seq.fdseq',
      content: `<FixedDocumentSequence ${namespace}><DocumentReference Source="/Documents/1/A.fdoc"/></FixedDocumentSequence>`,
    },
    {
      name: 'Documents/1/A.fdoc',
      content: `<FixedDocument ${namespace}><PageContent Source="Pages/1.fpage"/><PageContent Source="/gone"/></FixedDocument>`,
    },
    ...pages,
  ]);
}

const glyphs = (text: string, x: number, y: number, rest = '') =>
  `<Glyphs UnicodeString="${text}" OriginX="${x}" OriginY="${y}" FontRenderingEmSize="10" ${rest}/>`;
const advances = (...widths: readonly number[]) => `Indices="${widths.map((width) => `7,${width}`).join(';')}"`;

const pages: readonly [what: string, page: string, text: string][] = [
  ['lines', glyphs('one', 0, 10) + glyphs('two', 0, 25), 'one two'],
  ['pieces of a word', glyphs('on', 0, 10, advances(50, 50)) + glyphs('e', 11, 10), 'one'],
  ['words of a line', glyphs('on', 0, 10, advances(50, 50)) + glyphs('e', 14, 10), 'on e'],
  ['columns', glyphs('on', 100, 10) + glyphs('e', 0, 10), 'on e'],
  ['a brace', glyphs('{}{a}', 0, 0), '{a}'],
  ['canvases', `<Canvas>${glyphs('a', 0, 0)}</Canvas><Canvas>${glyphs('b', 0, 0)}</Canvas>`, 'a b'],
  ['no text elsewhere', '<Path Data="M 0,0"/><Glyphs Indices="1;2"/> a ', ''],
];

describe('XPS', () => {
  for (const [what, page, text] of pages)
    it(`has ${what}`, async () => {
      const found = await readText(reader, xps(page));
      assert.equal(found.text.body ?? '', text);
      assert.deepEqual(found.facts, { pages: 1 });
    });

  it('is read in pieces', async () => {
    assert.equal((await readText(reader, xps(glyphs('one', 0, 10), true))).text.body, 'one');
  });

  it('is damaged without pages', async () => {
    await assert.rejects(readText(reader, zipOf([{ name: '_rels/.rels', content: root }])), { code: 'damaged' });
  });
});
