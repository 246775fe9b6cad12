import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { UnreadableFile } from '#domain/analysis.ts';
import { readDocument } from '#test/support/read-document.ts';
import { reader } from './rtf.ts';

const fonts = String.raw`{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial{\*\falt X};}{\f2\fcharset2 Wingdings;}{\f3\fcharset128 Mincho;}}`;

/** The text that the body of a document shows. */
const texts: readonly [what: string, rtf: string, body: string][] = [
  ['formatting within a word', String.raw`w\b or\b0 ds`, 'words'],
  ['groups within a word', String.raw`w{\i or}{\f0 ds}`, 'words'],
  ['lines of the file', 'wo\r\nrds a\n b', 'words a b'],
  ['paragraphs, lines and tabs', String.raw`a\par b\line c\tab d\page e\~f`, 'a\nb\nc\td\ne\u00a0f'],
  ['line ends that are escaped', 'a\\\nb', 'a\nb'],
  [
    'cells and rows of tables',
    String.raw`\trowd a\cell b\cell\row c\nestcell{\*\nesttableprops\nestrow}{\nonesttables\par}`,
    'a\tb\t\nc\t',
  ],
  ['braces and backslashes', String.raw`\{a\}\\`, '{a}\\'],
  ['dashes, quotes and hyphens', String.raw`a\emdash b\lquote c\rquote d\-e\_f`, 'a—b‘c’de\u2011f'],
  ['bytes in the code page of the document', String.raw`caf\'e9 \'93x\'94`, 'café “x”'],
  ['bytes in the code page of a font', String.raw`{\f1\'cf\'f0\'e8}\'e9`, 'Приé'],
  ['characters of two bytes, of which one is escaped', String.raw`\f3\'83\\\'82\'a0`, 'ソあ'],
  ['symbols', String.raw`\f2\'a7 \f0 a`, '\uf0a7 a'],
  ['Unicode, with what stands for it elsewhere', String.raw`a\u233?b\uc2\u8211 --c\uc0\u233 d`, 'aéb–céd'],
  ['Unicode beyond 16 bits', String.raw`\u-10179?\u-8704?`, '😀'],
  ['no replacement behind the group', String.raw`{\u233}abc`, 'éabc'],
  ['Unicode variants', String.raw`a{\upr{ansi}{\*\ud{\u233?}}}b`, 'aéb'],
  ['results of fields', String.raw`{\field{\*\fldinst HYPERLINK "http://x/y z"}{\fldrslt{\ul link}}}s`, 'links'],
  ['deleted text', String.raw`a{\deleted b}c\deleted d\deleted0 e`, 'ace'],
  ['automatic numbers', String.raw`{\listtext 1.\tab}a{\pntext 2.}{\*\pn{\pntxta.}}b`, 'ab'],
  ['pictures', String.raw`a{\*\shppict{\pict 0af}}{\nonshppict{\pict 0a}}b`, 'ab'],
  ['binary data', 'a{\\pict\\bin4 }}{{}b', 'ab'],
  ['what an object shows', String.raw`{\object{\*\objclass Word}{\*\objdata 01}{\result shown}}`, 'shown'],
  ['unknown destinations', String.raw`a{\*\unknown b{c}}{\unknown d}`, 'ad'],
  ['the mark of an optional destination in the middle of a group', String.raw`{\i0\*\cs7 a}`, 'a'],
  ['formulas', String.raw`{\mmath{\*\moMath{\mf{\mfPr{\mchr x}}{\mnum{\mr a}}}}}`, 'a'],
  ['entries of an index', String.raw`a{\xe\v b}{\tc c}`, 'a'],
  [
    'mails of Outlook',
    String.raw`\fromhtml1{\*\htmltag64 <p>}\htmlrtf{\par\htmlrtf0 a{\*\htmltag84 &nbsp;}\htmlrtf\~\htmlrtf0 b}`,
    '\na\u00a0b',
  ],
];

describe('RTF', () => {
  for (const [what, rtf, body] of texts)
    it(`shows ${what}`, async () => {
      assert.equal((await read(`{\\rtf1\\ansi\\ansicpg1252\\deff0${fonts}${rtf}}`)).parts.body, body);
    });

  it('has notes, text boxes, comments, headers and hidden text in parts of their own', async () => {
    const { parts } = await read(
      String.raw`{\rtf1{\header h1}{\footerr h2}wo{\footnote\chftn n1}rd{\footnote\ftnalt n2}{\*\annotation c}{\v hid}` +
        String.raw`{\shp{\*\shpinst{\sp{\sn x}{\sv y}}{\shptxt box}}{\shprslt{\*\do{\dptxbxtext box}}}}{\*\do{\dptxbxtext old}}}`,
    );
    assert.deepEqual(parts, {
      page_headers: 'h1\nh2\n',
      body: 'word',
      footnotes: 'n1\nn2\n',
      comments: 'c\n',
      hidden: 'hid',
      text_boxes: 'box\nold\n',
    });
  });

  it('has facts', async () => {
    const info = String.raw`{\info{\title A \'e9}{\author J. {\b Doe}}{\subject S}{\operator O}{\creatim\yr2001\mo2\dy3\hr4}{\nofpages5}}`;
    const { facts, parts } = await read(`{\\rtf1${info}a}`);
    assert.deepEqual(facts, { title: 'A é', author: 'J. Doe', subject: 'S', created: '2001-02-03', pages: 5 });
    assert.deepEqual(parts, { body: 'a' });
  });

  it('takes the code page from the document when the font has none', async () => {
    assert.equal((await read(String.raw`{\rtf1\ansi\ansicpg1251\'cf}`)).parts.body, 'П');
    assert.equal((await read(String.raw`{\rtf1\pc\'81}`)).parts.body, 'ü');
    assert.equal((await read(String.raw`{\rtf1\mac\'8e}`)).parts.body, 'é');
  });

  it('ends with its first group, or where the file ends', async () => {
    assert.equal((await read(String.raw`{\rtf1 a} b`)).parts.body, 'a');
    assert.equal((await read(String.raw`{\rtf1 a{\b b`)).parts.body, 'ab');
  });

  it('is refused when it is none, or its groups are too deep', async () => {
    await assert.rejects(read('{\\urtf a}'), UnreadableFile);
    await assert.rejects(read(`{\\rtf1${'{'.repeat(20_000)}`), UnreadableFile);
  });

  it('is read or refused, whatever it holds', async () => {
    const words = [
      '{',
      '}',
      '\\',
      '\\*',
      "\\'",
      '\\u-1?',
      '\\bin9',
      '\\upr',
      '\\ud',
      '\\info',
      '\\fonttbl',
      '\\f1',
      '\\v',
      '\\footnote',
      ' ',
      'é',
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 3 }))), async (pieces) => {
        await read(`{\\rtf1${pieces.join('')}`);
      }),
    );
  });
});

async function read(rtf: string) {
  return await readDocument(reader, Buffer.from(rtf, 'latin1'));
}
