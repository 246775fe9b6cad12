import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readText } from '#test/support/read-document.ts';
import { zipOf } from '#test/support/zip-writer.ts';
import { reader } from './odf.ts';

const names = ['office', 'text', 'table', 'presentation', 'meta', 'form', 'style', 'manifest'];
const namespaces = [
  ...names.map((name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`),
  'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"',
  'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"',
  'xmlns:dc="http://purl.org/dc/elements/1.1/"',
].join(' ');

const styles = `<style:style style:name="H"><style:text-properties text:display="none"/></style:style>`;
const content = (kind: string, body: string) =>
  `<office:document-content ${namespaces}><office:automatic-styles>${styles}</office:automatic-styles><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`;

function packed(kind: string, body: string, others: Readonly<Record<string, string>> = {}): Buffer {
  const files = { 'content.xml': content(kind, body), ...others };
  return zipOf(Object.entries(files).map(([name, text]) => ({ name, content: text })));
}

const p = (text: string) => `<text:p>${text}</text:p>`;
const note =
  '<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>the note</text:p></text:note-body></text:note>';
const cell = (text: string, attributes = '') => `<table:table-cell ${attributes}>${text}</table:table-cell>`;
const row = (cells: string, attributes = '') => `<table:table-row ${attributes}>${cells}</table:table-row>`;
const box = (text: string) =>
  `<draw:frame><draw:text-box>${p(text)}</draw:text-box><svg:title>not text</svg:title></draw:frame>`;
const deletion = `<text:tracked-changes><text:changed-region><text:deletion>${p('gone')}</text:deletion></text:changed-region></text:tracked-changes>`;
const remark = `<office:annotation><dc:creator>Me</dc:creator><dc:date>2020-01-01</dc:date>${p('a remark')}</office:annotation>`;

type Parts = Readonly<Record<string, string>>;
const bodies: readonly [what: string, kind: string, body: string, parts: Parts][] = [
  ['paragraphs and headings', 'text', `<text:h>One</text:h> ${p('tw<text:span>o</text:span>')}`, { body: 'One two' }],
  [
    'spaces',
    'text',
    p('a<text:s text:c="2"/>b<text:tab/>c<text:line-break/>d<text:soft-page-break/>e'),
    { body: 'a b c de' },
  ],
  ['tables', 'text', `<table:table>${row(cell(p('a')) + cell(p('b')))}</table:table>`, { body: 'a b' }],
  ['no deletions', 'text', deletion + p('left<text:change text:change-id="1"/>'), { body: 'left' }],
  ['notes', 'text', p(`with${note}out`), { body: 'without', footnotes: 'the note' }],
  ['remarks', 'text', p(`a${remark}b`), { body: 'ab', comments: 'a remark' }],
  ['text boxes', 'text', p(`a${box('in a box')}b`), { body: 'ab', text_boxes: 'in a box' }],
  ['shapes', 'text', `<draw:custom-shape>${p('in a shape')}</draw:custom-shape>`, { text_boxes: 'in a shape' }],
  ['hidden spans', 'text', p('a<text:span text:style-name="H">b</text:span>c'), { body: 'ac', hidden: 'b' }],
  ['hidden paragraphs', 'text', `<text:p text:style-name="H">a</text:p>${p('b')}`, { body: 'b', hidden: 'a' }],
  [
    'hidden text',
    'text',
    p('a<text:hidden-text text:is-hidden="true">b</text:hidden-text>'),
    { body: 'a', hidden: 'b' },
  ],
  [
    'hidden sections',
    'text',
    `<text:section text:display="none">${p('a')}</text:section>${p('b')}`,
    { body: 'b', hidden: 'a' },
  ],
  [
    'ruby without its readings',
    'text',
    p('<text:ruby><text:ruby-base>漢</text:ruby-base><text:ruby-text>kan</text:ruby-text></text:ruby>'),
    { body: '漢' },
  ],
  [
    'list items without numbers',
    'text',
    `<text:list><text:list-item><text:number>1.</text:number><text:h><text:number>1</text:number>a</text:h></text:list-item></text:list>`,
    { body: 'a' },
  ],
  [
    'form values',
    'text',
    '<office:forms><form:form><form:text form:current-value="in it" form:value="x"/></form:form></office:forms>',
    { form_fields: 'in it' },
  ],
  ['no templates', 'text', '<text:index-title-template>Contents</text:index-title-template>', {}],
  [
    'repeated cells',
    'spreadsheet',
    row(cell(p('x y'), 'table:number-columns-repeated="3"') + cell('', 'table:number-columns-repeated="16000"')),
    { body: 'x y x y x y' },
  ],
  [
    'repeated rows',
    'spreadsheet',
    row(cell(p('a')) + cell(p('b')), 'table:number-rows-repeated="2"'),
    { body: 'a b a b' },
  ],
  [
    'values of cells without a text',
    'spreadsheet',
    row(
      cell('', 'office:value-type="float" office:value="5"') +
        cell(p('5 m'), 'office:value-type="float" office:value="5"'),
    ),
    { body: '5 5 m' },
  ],
  [
    'covered cells',
    'spreadsheet',
    row(`${cell(p('a'))}<table:covered-table-cell>${p('b')}</table:covered-table-cell>`),
    { body: 'a', hidden: 'b' },
  ],
  [
    'slides',
    'presentation',
    `<draw:page>${box('on it')}<draw:frame presentation:class="footer"><draw:text-box>${p('foot')}</draw:text-box></draw:frame><presentation:notes>${box('say')}</presentation:notes></draw:page>`,
    { body: 'on it', page_headers: 'foot', notes: 'say' },
  ],
  ['drawings', 'drawing', `<draw:page><draw:rect>${p('in it')}</draw:rect></draw:page>`, { body: 'in it' }],
];

describe('OpenDocument', () => {
  for (const [what, kind, body, parts] of bodies)
    it(`has ${what}`, async () => {
      assert.deepEqual((await readText(reader, packed(kind, body))).text, parts);
      const flat = content(kind, body).replaceAll('office:document-content', 'office:document');
      assert.deepEqual((await readText(reader, Buffer.from(flat))).text, parts);
    });

  it('has page headers, and facts', async () => {
    const master = `<style:master-page><style:header>${p('head')}</style:header>${box('Click to edit')}</style:master-page>`;
    const statistic = '<meta:document-statistic meta:page-count="4"/>';
    const meta = `<office:meta><dc:title>A</dc:title><meta:initial-creator>Me</meta:initial-creator><dc:date>2020-01-02T03:04:05.678</dc:date>${statistic}</office:meta>`;
    const { text, facts, words } = await readText(
      reader,
      packed('text', p('body'), {
        'styles.xml': `<office:document-styles ${namespaces}><office:master-styles>${master}</office:master-styles></office:document-styles>`,
        'meta.xml': `<office:document-meta ${namespaces}>${meta}</office:document-meta>`,
      }),
    );
    assert.deepEqual(text, { body: 'body', page_headers: 'head' });
    assert.deepEqual(facts, { title: 'A', author: 'Me', modified: '2020-01-02T03:04:05', pages: 4 });
    assert.equal(words, 1);
  });

  it('counts sheets and slides', async () => {
    const sheets = await readText(reader, packed('spreadsheet', '<table:table/><table:table/>'));
    assert.deepEqual(sheets.facts, { sheets: 2 });
    const slides = await readText(reader, packed('presentation', '<draw:page/><draw:page/><draw:page/>'));
    assert.deepEqual(slides.facts, { slides: 3 });
    assert.deepEqual((await readText(reader, packed('text', '<table:table/>'))).facts, {});
  });

  it('is read in the form of OpenOffice.org 1', async () => {
    const old = `<!DOCTYPE office:document-content PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "office.dtd">
      <office:document-content xmlns:office="http://openoffice.org/2000/office" xmlns:text="http://openoffice.org/2000/text"
      xmlns:draw="http://openoffice.org/2000/drawing" office:class="presentation"><office:body><draw:page><draw:text-box>
      <text:p>a<text:tab-stop/>b<text:footnote><text:footnote-citation>1</text:footnote-citation><text:footnote-body><text:p>c</text:p>
      </text:footnote-body></text:footnote></text:p></draw:text-box></draw:page></office:body></office:document-content>`;
    const { text, facts } = await readText(reader, zipOf([{ name: 'content.xml', content: old }]));
    assert.deepEqual(text, { body: 'a b', footnotes: 'c' });
    assert.deepEqual(facts, { slides: 1 });
  });

  it('may be encrypted', async () => {
    const manifest = `<manifest:manifest ${namespaces}><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>`;
    const { text, facts } = await readText(reader, packed('text', p('noise'), { 'META-INF/manifest.xml': manifest }));
    assert.deepEqual([text, facts], [{}, { encrypted: true }]);
  });

  const unreadable: readonly [what: string, bytes: Buffer, code: string][] = [
    ['has no content', zipOf([{ name: 'a', content: '' }]), 'damaged'],
    ['is cut off', Buffer.from(content('text', p('a')).slice(0, -10)), 'damaged'],
    [
      'repeats too much',
      packed(
        'spreadsheet',
        row(
          row(cell(p('x'.repeat(1000)), 'table:number-columns-repeated="1000"'), 'table:number-rows-repeated="1000"'),
        ),
      ),
      'too_large',
    ],
  ];
  for (const [what, bytes, code] of unreadable)
    it(`is ${code} when it ${what}`, async () => await assert.rejects(readText(reader, bytes), { code }));
});
