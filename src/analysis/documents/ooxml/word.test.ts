import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { UnreadableFile } from '#domain/analysis.ts';
import { officePackage, relationships } from '#test/support/office-package.ts';
import { readText } from '#test/support/read-document.ts';
import { zipOf } from '#test/support/zip-writer.ts';
import { reader } from './word.ts';

const main = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const namespaces = [
  `xmlns:w="${main}"`,
  'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"',
  'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"',
  'xmlns:v="urn:schemas-microsoft-com:vml"',
].join(' ');

/** A document with this body, and other parts by their names. */
function docx(body: string, others: Readonly<Record<string, string>> = {}): Buffer {
  const names = Object.keys(others);
  const refers = names.map((name) => [name.replace(/^.*\/|\d*\.xml$/g, ''), `/${name}`] as const);
  return officePackage({
    'word/document.xml': { content: `<w:document ${namespaces}><w:body>${body}</w:body></w:document>`, refers },
    ...Object.fromEntries(names.map((name) => [name, { content: others[name] as string }])),
  });
}

const r = (text: string, properties = '') =>
  `<w:r>${properties && `<w:rPr>${properties}</w:rPr>`}<w:t xml:space="preserve">${text}</w:t></w:r>`;
const p = (...runs: readonly string[]) => `<w:p>${runs.join('')}</w:p>`;
const char = (type: string) => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`;
const code = (text: string) => `<w:r><w:instrText>${text}</w:instrText></w:r>`;
const box = (text: string) => `<w:txbxContent>${p(r(text))}</w:txbxContent>`;
const deletedEnd = '<w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr>';

const bodies: readonly [what: string, body: string, text: string][] = [
  ['paragraphs', p(r('one two')) + p(r('three')), 'one two three'],
  ['words cut into runs', p(r('o'), r('n', '<w:b/>'), r('e tw'), r('o')), 'one two'],
  [
    'breaks and tabs',
    p('<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:cr/><w:t>d</w:t></w:r>'),
    'a b c d',
  ],
  ['no tab where it is defined', p('<w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr>', r('a'), r('b')), 'ab'],
  ['hyphens', p('<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:softHyphen/><w:t>c</w:t></w:r>'), 'a-bc'],
  ['symbols', p(r('a '), '<w:r><w:sym w:font="Wingdings" w:char="F04A"/></w:r>'), 'a \uf04a'],
  ['tables', `<w:tbl><w:tr><w:tc>${p(r('a'))}</w:tc><w:tc>${p(r('b'))}</w:tc></w:tr></w:tbl>`, 'a b'],
  ['insertions', p(`<w:ins w:id="1">${r('new')}</w:ins>`), 'new'],
  ['no deletions', p(r('a'), `<w:del w:id="1"><w:r><w:delText>b</w:delText></w:r></w:del>`, r('c')), 'ac'],
  ['what was moved, once', p(`<w:moveFrom>${r('a')}</w:moveFrom>`) + p(`<w:moveTo>${r('a')}</w:moveTo>`), 'a'],
  ['paragraphs whose end is deleted as one', p(deletedEnd, r('a')) + p(r('b')) + p(r('c')), 'ab c'],
  ['no former properties', p('<w:pPr><w:pPrChange><w:pPr/></w:pPrChange></w:pPr>', r('a')), 'a'],
  ['results of fields', p(char('begin'), code('DATE'), char('separate'), r('today'), char('end'), r('!')), 'today!'],
  [
    'no results within codes',
    p(
      char('begin'),
      code('IF '),
      char('begin'),
      char('separate'),
      r('x'),
      char('end'),
      char('separate'),
      r('y'),
      char('end'),
    ),
    'y',
  ],
  ['simple fields', p(`<w:fldSimple w:instr="PAGE">${r('7')}</w:fldSimple>`), '7'],
  ['links', p(`<w:hyperlink>${r('here')}</w:hyperlink>`), 'here'],
  [
    'content controls',
    `<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>${p(r('Click here'))}</w:sdtContent></w:sdt>`,
    'Click here',
  ],
  [
    'ruby without its readings',
    p(`<w:r><w:ruby><w:rt>${r('kan')}</w:rt><w:rubyBase>${r('漢')}</w:rubyBase></w:ruby></w:r>`),
    '漢',
  ],
  ['equations', p('<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>'), 'x=1'],
  ['nothing outside of texts', '<w:p> a <w:r> b </w:r></w:p>', ''],
];

describe('Word documents', () => {
  for (const [what, body, text] of bodies)
    it(`have ${what}`, async () => assert.equal((await readText(reader, docx(body))).text.body ?? '', text));

  it('have text boxes, once', async () => {
    const choice = `<mc:Choice Requires="wps">${box('in a box')}</mc:Choice>`;
    const fallback = `<mc:Fallback><w:pict><v:textbox>${box('in a box')}</v:textbox></w:pict></mc:Fallback>`;
    const body = p(r('be'), `<w:r><mc:AlternateContent>${choice}${fallback}</mc:AlternateContent></w:r>`, r('fore'));
    assert.deepEqual((await readText(reader, docx(body))).text, { body: 'before', text_boxes: 'in a box' });
    const old = p(r('a'), `<w:r><w:pict>${box('b')}<v:textpath string="c d"/></w:pict></w:r>`);
    assert.deepEqual((await readText(reader, docx(old))).text, { body: 'a', text_boxes: 'b c d' });
  });

  it('have hidden text, which does not count', async () => {
    const body =
      p(r('a'), r(' b', '<w:vanish/>'), r(' c'), r(' d', '<w:vanish w:val="0"/>')) +
      p('<w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>', r('e'));
    const { text, words } = await readText(reader, docx(body));
    assert.deepEqual(text, { body: 'a c d e', hidden: 'b' });
    assert.equal(words, 4);
  });

  it('have text that styles hide', async () => {
    const style = (id: string, based: string, properties: string) =>
      `<w:style w:styleId="${id}">${based && `<w:basedOn w:val="${based}"/>`}<w:rPr>${properties}</w:rPr></w:style>`;
    const styles = style('H', '', '<w:vanish/>') + style('I', 'H', '') + style('V', 'H', '<w:vanish w:val="false"/>');
    const body =
      p(r('a'), r('b', '<w:rStyle w:val="H"/>'), r('c', '<w:rStyle w:val="V"/>')) +
      p('<w:pPr><w:pStyle w:val="I"/></w:pPr>', r('d'), r('e', '<w:vanish w:val="0"/>')) +
      p(r('f'));
    const { text } = await readText(
      reader,
      docx(body, { 'word/styles.xml': `<w:styles ${namespaces}>${styles}</w:styles>` }),
    );
    assert.deepEqual(text, { body: 'ac e f', hidden: 'bd' });
  });

  it('have the text behind a field without an end', async () => {
    const body = p(r('a '), char('begin'), r('b')) + p(r('c'));
    assert.equal((await readText(reader, docx(body))).text.body, 'a b c');
  });

  it('have notes, headers and comments in other parts', async () => {
    const body = p(
      r('body'),
      '<w:r><w:footnoteReference w:id="2"/></w:r>',
      '<w:del><w:r><w:footnoteReference w:id="3"/></w:r></w:del>',
    );
    const note = (id: number, type: string, text: string) =>
      `<w:footnote w:id="${id}" ${type}>${p(r(text))}</w:footnote>`;
    const story = (name: string, content: string) => `<w:${name} ${namespaces}>${content}</w:${name}>`;
    const notes = note(0, 'w:type="separator"', 'line') + note(2, '', 'a note') + note(3, '', 'a deleted note');
    const { text, words } = await readText(
      reader,
      docx(body, {
        'word/footnotes.xml': story('footnotes', notes),
        'word/header1.xml': story('hdr', p(r('head'), `<w:r>${box('in the head')}</w:r>`)),
        'word/footer2.xml': story('ftr', p(r('foot'))),
        'word/comments.xml': story('comments', `<w:comment w:id="1">${p(r('a remark'))}</w:comment>`),
      }),
    );
    const page_headers = 'headin the head foot';
    assert.deepEqual(text, { body: 'body', footnotes: 'a note', page_headers, comments: 'a remark' });
    assert.equal(words, 3);
  });

  it('have chunks of HTML', async () => {
    const document = officePackage({
      'word/document.xml': {
        content: `<w:document ${namespaces}><w:body>${p(r('a'))}<w:altChunk/></w:body></w:document>`,
        refers: [['aFChunk', 'chunk1.htm']],
      },
      'word/chunk1.htm': { content: '<html><title>no</title><p>b<b>c</b></p>' },
    });
    assert.equal((await readText(reader, document)).text.body, 'a bc');
  });

  it('have facts', async () => {
    const core = `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
      xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>A &amp; B</dc:title>
      <dc:creator>Me</dc:creator><dcterms:created>2020-01-02T03:04:05Z</dcterms:created><dcterms:modified>yesterday</dcterms:modified>
      </cp:coreProperties>`;
    const app = `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Pages>3</Pages></Properties>`;
    const { facts } = await readText(reader, docx(p(r('a')), { 'docProps/core.xml': core, 'docProps/app.xml': app }));
    assert.deepEqual(facts, { title: 'A & B', author: 'Me', created: '2020-01-02T03:04:05Z', pages: 3 });
  });

  it('may have other prefixes, names and the strict namespace', async () => {
    const strict = `<d xmlns="http://purl.oclc.org/ooxml/wordprocessingml/main"><body><p><r><t>a</t><tab/><t>b</t></r></p></body></d>`;
    const archive = zipOf([
      { name: '_rels\\.rels', content: relationships([['officeDocument', '/other/Name.xml']]) },
      { name: 'Other\\name.xml', content: strict },
    ]);
    assert.equal((await readText(reader, archive)).text.body, 'a b');
    const bare = zipOf([{ name: 'word/document.xml', content: strict }]);
    assert.equal((await readText(reader, bare)).text.body, 'a b');
  });

  const damaged: readonly [what: string, archive: Buffer][] = [
    ['has no document', zipOf([{ name: 'a', content: 'b' }])],
    ['is no archive', Buffer.from('PK')],
    ['is not well-formed', docx('<w:p>')],
  ];
  for (const [what, archive] of damaged)
    it(`is damaged when it ${what}`, async () => {
      await assert.rejects(
        readText(reader, archive),
        (error) => error instanceof UnreadableFile && error.code === 'damaged',
      );
    });

  it('has the same words however they are cut into runs', async () => {
    const words = fc.array(fc.stringMatching(/^[a-zäß漢]{1,8}$/), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(words, fc.array(fc.nat(100)), async (expected, cuts) => {
        const line = expected.join(' ');
        const bounds = [0, ...cuts.map((cut) => cut % line.length).sort((a, b) => a - b), line.length];
        const runs = bounds.slice(1).map((until, index) => r(line.slice(bounds[index], until)));
        const found = await readText(reader, docx(p(...runs)));
        assert.deepEqual([found.text.body, found.words], [line, expected.length]);
      }),
      { numRuns: 50 },
    );
  });
});
