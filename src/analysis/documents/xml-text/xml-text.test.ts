import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CoreFields } from '#domain/analysis.ts';
import { memoryBlob } from '#test/support/memory-blobs.ts';
import { readText } from '#test/support/read-document.ts';
import { reader } from './xml-text.ts';

const word2003 = 'http://schemas.microsoft.com/office/word/2003/wordml';
const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const run = (text: string) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;
const aml = (type: string, content: string) =>
  `<aml:annotation w:type="Word.${type}"><aml:content>${content}</aml:content></aml:annotation>`;

const documents: readonly [what: string, xml: string, text: Readonly<Record<string, string>>][] = [
  ['text of elements that follow each other', '<a><b>one</b><c>two</c><d/></a>', { body: 'one two' }],
  ['words with elements in them', '<a>t<b>w</b>o, <c><d>three</d></c>.</a>', { body: 'two, three.' }],
  ['empty elements between words', '<a>one<br/>two</a>', { body: 'one two' }],
  ['sections, but no attributes and comments', '<a b="c"><!-- d --><![CDATA[e < f]]></a>', { body: 'e < f' }],
  ['what is not well-formed', '<a>one<b>two</a>', { body: 'onetwo' }],
  [
    'FictionBook: bodies and notes',
    `<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><description><title-info><book-title>T</book-title></title-info></description>
    <body><title><p>Chapter</p></title><section><p>on<emphasis>e</emphasis><a type="note">[1]</a></p><p>two</p></section></body>
    <body name="notes"><section><p>note</p></section></body><binary id="i">AAAA</binary></FictionBook>`,
    { body: 'Chapter one[1] two', footnotes: 'note' },
  ],
  [
    'SVG: text alone',
    `<svg xmlns="http://www.w3.org/2000/svg"><title>t</title><style>s</style><g>no</g><text>on<tspan>e</tspan><tspan x="0" dy="1">two</tspan><title>t</title></text><text>three</text></svg>`,
    { body: 'one two three' },
  ],
  [
    'a document of Word 2003',
    `<w:wordDocument xmlns:w="${word2003}" xmlns:aml="http://schemas.microsoft.com/aml/2001/core"><w:body>${run('body')}
    ${aml('Deletion', run('gone'))}${aml('Insertion', run('new'))}${aml('Comment', aml('Insertion', run('re')) + run('mark'))}
    <w:p><w:r><w:t>a</w:t></w:r><w:r><w:footnote>${run('note')}</w:footnote></w:r><w:r><w:t>b</w:t></w:r></w:p>
    <w:sectPr><w:hdr>${run('head')}</w:hdr></w:sectPr></w:body></w:wordDocument>`,
    { body: 'body new ab', comments: 're mark', footnotes: 'note', page_headers: 'head' },
  ],
  [
    'a package in one file',
    `<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage" xmlns:w="${word}"><pkg:part><pkg:xmlData>
    <w:document><w:body>${run('body')}</w:body></w:document></pkg:xmlData></pkg:part><pkg:part><pkg:xmlData><w:hdr>${run('head')}</w:hdr>
    <w:glossaryDocument>${run('no')}</w:glossaryDocument></pkg:xmlData></pkg:part></pkg:package>`,
    { body: 'body', page_headers: 'head' },
  ],
  [
    'AbiWord: paragraphs and notes',
    `<abiword><metadata><m key="a">no</m></metadata><styles><s name="x"/></styles><section><p>on<c>e</c><foot><p>note</p></foot></p><p>two</p></section>
    <section type="header-first"><p>head</p></section><data><d name="i">AAAA</d></data></abiword>`,
    { body: 'one two', footnotes: 'note', page_headers: 'head' },
  ],
  [
    'a workbook of Excel 2003',
    `<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
    <DocumentProperties><Author>no</Author></DocumentProperties><Worksheet ss:Name="no"><Table><Row><Cell><Data>a b</Data>
    <Comment><ss:Data>remark</ss:Data></Comment></Cell><Cell><Data>1</Data></Cell></Row></Table></Worksheet></Workbook>`,
    { body: 'a b 1', comments: 'remark' },
  ],
];

describe('XML', () => {
  for (const [what, xml, text] of documents)
    it(`has ${what}`, async () => assert.deepEqual((await readText(reader, Buffer.from(xml))).text, text));

  it('of FictionBook has a title', async () => {
    const [, xml] = documents[5] as (typeof documents)[number];
    assert.deepEqual((await readText(reader, Buffer.from(xml))).facts, { title: 'T' });
  });

  it('is text', async () => {
    const core = { charset: null } as CoreFields;
    const source = { blob: memoryBlob(Buffer.alloc(0)), filename: '', core, bytes: async () => Buffer.from('<a/>') };
    await assert.rejects(reader.read(source, { text() {}, facts() {} }), { code: 'unsupported' });
  });

  it('does not grow by its entities', async () => {
    const entities = Array.from({ length: 20 }, (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`);
    const laughs = `<!DOCTYPE a [<!ENTITY e0 "ha">${entities.join('')}]><a>&e20;</a>`;
    const { text } = await readText(reader, Buffer.from(laughs));
    assert.equal(text.body, '&e19;'.repeat(10));
  });
});
