import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { TextTally } from '../text-tally.ts';
import { addVisibleText, type HtmlOptions } from './visible-text.ts';

/** What is shown, and the number of words by part where there are others than the body. */
const cases: Readonly<Record<string, readonly [html: string, text: string, parts?: Record<string, number>]>> = {
  'inline elements do not separate words': ['<p>a<b>b</b>c<wbr>d<!-- x -->e<a href="y z">f</a>', 'abcdef'],
  'blocks, line breaks and rules do': [
    'a<p>b<div>c</div>d<br>e<hr>f<h1>g</h1>h<address>i',
    'a\nb\nc\nd\ne\nf\ng\nh\ni',
  ],
  'an end tag of a paragraph that was not open does': ['a</p>b</br>c', 'a\nb\nc'],
  'cells and list items do': ['<tr><td>a<td>b<th>c<tr><td>d<ul><li>e<li>f<dl><dt>g<dd>h', 'a\tb\tc\nd\ne\nf\ng\nh'],
  'images and other boxes do': ['a<img alt="no">b<object></object>c<svg></svg>d', 'a b c d'],
  'white space is one space': ['  a \n\t b<b> c</b> <i> d</i>', 'a b c d'],
  'but a no-break space stays, and all in pre': ['a&nbsp; b<pre>c  d\ne</pre>', 'a\u00a0 b\nc  d\ne'],
  'character references are resolved': ['&lt;&eacute&amp;&#233;&#xe9;&#128;&notit;&nosuch;&', '<é&éé€¬it;&nosuch;&'],
  'scripts, styles, templates and titles are left out': [
    'a<script>b<p></script><style>c</style><template><p>d</template><title>e</title>f',
    'af',
  ],
  'an unclosed script or comment swallows the rest': ['a<script>b</p>c', 'a'],
  'fallbacks of what runs or loads are text': [
    '<noscript>a<p>b</noscript><noframes>c<p>d</noframes>e',
    'a\nb\nc\nd\ne',
  ],
  'those of frames and players are not': ['a<iframe>b</iframe><video>c</video>d', 'a d', { body: 2, hidden: 1 }],
  'the base text of ruby is text, its readings are not': ['<ruby>漢<rp>(<rt>kan<rp>)</rp>字<rt>ji</ruby>x', '漢字x'],
  'what attributes and styles hide is hidden': [
    '<div hidden>a <b>b</b></div><p style="color: red; DISPLAY : none">c<p>d<i style="visibility:hidden">e</i><dialog>f</dialog>',
    'd',
    { hidden: 5, body: 1 },
  ],
  'and no longer than its element': [
    '<p hidden>a<div>b</div><div><i hidden>c</div>d<ul><li hidden>e<li>f',
    'b\nd\nf',
    { hidden: 3, body: 3 },
  ],
  'an end tag within a cell ends nothing around it': ['<div hidden><table><td>a</div>b', '', { hidden: 2 }],
  'text of controls is a part of its own': [
    'a<input value="b c"><input type=submit value=d><input type=hidden value=e><input type=checkbox value=f><button>g</button><select><option>h<option>i</select><textarea>j\nk</textarea>l',
    'a l\nb c\nd\ng\nh\ni\nj\nk',
    { body: 2, form_fields: 8 },
  ],
  'text of drawings and formulas is text': [
    '<svg><title>a</title><text>b</text><style>c</style></svg><math><mi>x</mi><mo>=</mo><annotation>d</annotation></math>',
    'b\nx=',
  ],
  'self-closing counts in drawings alone': [
    '<i hidden/>a</i><svg><title/><text>b</text></svg>',
    'b',
    { hidden: 1, body: 1 },
  ],
  'NUL is dropped': ['a\0b\0', 'ab'],
  'a lone bracket is text': ['1 < 2 <3 > 4 </', '1 < 2 <3 > 4 </'],
};

describe('visible text of HTML', () => {
  for (const [name, [html, text, parts]] of Object.entries(cases))
    it(name, () => {
      const found = visible(html);
      assert.equal(found.text.trimEnd().replaceAll('\n\n', '\n'), text);
      if (parts !== undefined) assert.deepEqual(found.parts, parts);
    });

  it('has self-closing elements, CDATA and prefixes in XHTML', () => {
    const xhtml =
      '<?xml version="1.0"?><h:html><h:title/>a<script src="x"/>b<![CDATA[<c>]]><a id="x"/><p hidden="hidden"/>d';
    assert.equal(visible(xhtml, { isXml: true }).text.trim(), 'ab<c>\nd');
  });

  it('has title and author as facts, if asked', () => {
    const html =
      '<title>A  &amp;\nB</title><meta name=Author content="C D"><body><svg><title>E</title></svg><title>F</title>';
    assert.deepEqual(visible(html, { hasFacts: true }).facts, { title: 'A & B', author: 'C D' });
    assert.deepEqual(visible(html).facts, {});
  });
});

test('time grows with the length alone', () => {
  const many = 50_000;
  const hostile = [
    '<b>',
    '<div>',
    '<p><i>',
    '<li>',
    '</i>',
    '<x y',
    '&amp',
    '<!--',
    '<noframes>',
    '<title>',
    '<i hidden>a</i>b',
  ];
  for (const piece of hostile) visible(`${piece.repeat(many)}${'</div></b>'.repeat(many)}`);
});

test('any markup is read', () => {
  const piece = fc.constantFrom(
    ...'< > / = " \' & ; ! - a p td svg table script title hidden <p> </p> <b> </b> <!-- -->'.split(' '),
    ' ',
    '\0',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), fc.boolean(), (pieces, isXml) => {
      visible(pieces.join(''), { isXml, hasFacts: true });
    }),
  );
});

function visible(html: string, options: HtmlOptions = {}) {
  const tally = new TextTally();
  addVisibleText(html, tally, options);
  return { text: [...tally.counted()].join(''), parts: tally.wordsByPart, facts: tally.found };
}
