import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { UnreadableFile } from '#domain/analysis.ts';
import { scanXml, type XmlHandler, type XmlOptions } from './scanner.ts';

/** What a handler sees, as XML: attributes `a` and `n:a` alone. */
class Recorder implements XmlHandler {
  seen = '';
  open(element: Parameters<XmlHandler['open']>[0]): void {
    const attributes = ['a', 'n:a'].map((name) => [name, element.get(name)]).filter(([, value]) => value !== undefined);
    this.seen += `<${element.name}${attributes.map(([name, value]) => ` ${name}=${value}`).join('')}>`;
  }
  close(name: string): void {
    this.seen += `</${name}>`;
  }
  text(text: string): void {
    this.seen += text;
  }
}

async function seen(xml: string | Buffer | readonly Buffer[], options?: XmlOptions): Promise<string> {
  const recorder = new Recorder();
  await scanXml(Array.isArray(xml) ? xml : [Buffer.from(xml as string)], recorder, options);
  return recorder.seen;
}

const vocabulary = new Map([
  ['urn:n', 'n'],
  ['urn:strict', 'n'],
  ['urn:none', ''],
]);

const documents: readonly [what: string, xml: string, seen: string][] = [
  ['elements and text', '<a>b<c/>d</a>', '<a>b<c></c>d</a>'],
  ['space in tags', '<a\n>b<c /></a\t>', '<a>b<c></c></a>'],
  ['attributes', `<b a = '1'/>`, '<b a=1></b>'],
  ['attributes with tags in them', `<b x="</b>'" y='">' a="&lt;>"/>`, '<b a=<>></b>'],
  ['references', '<a>&lt;&amp;&quot;&apos;&gt;&#65;&#x42;&#x1F600;</a>', `<a><&"'>AB😀</a>`],
  [
    'what is no reference',
    '<a>&nosuch; & &; &#x110000; &#xFFFFFFFF;</a>',
    '<a>&nosuch; & &; &#x110000; &#xFFFFFFFF;</a>',
  ],
  ['sections', '<a><![CDATA[<b>&lt;]]]></a>', '<a><b>&lt;]</a>'],
  ['comments and instructions', '<?xml version="1.0"?><!-- <x> --><a><!-- > --><?b <c>?></a><!-- -->', '<a></a>'],
  ['a DOCTYPE', '<!DOCTYPE a PUBLIC "-//X" "x.dtd"><a/>', '<a></a>'],
  ['declared entities', '<!DOCTYPE a [<!ENTITY b "c &#100;"> <!ENTITY b "x">]><a>&b;</a>', '<a>c d</a>'],
  ['no entity within another', '<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]><a>&c;</a>', '<a>&b;&b;</a>'],
  ['no external entity', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>', '<a>&b;</a>'],
  ['text outside of the root', 'x<a>y</a>z', '<a>y</a>'],
  ['no namespaces without a vocabulary', '<x:a xmlns:x="urn:n"/>', '<x:a></x:a>'],
];

const namespaces: readonly [what: string, xml: string, seen: string][] = [
  ['a prefix', '<x:b xmlns:x="urn:n" x:a="1"/>', '<n:b n:a=1></n:b>'],
  ['another namespace for the same', '<x:b xmlns:x="urn:strict"/>', '<n:b></n:b>'],
  ['a default', '<b xmlns="urn:n" a="1"><c/></b>', '<n:b a=1><n:c></n:c></n:b>'],
  ['one without a prefix', '<x:b xmlns:x="urn:none"/>', '<b></b>'],
  ['an unknown one', '<n:b xmlns:n="urn:x"/>', '<n:b></n:b>'],
  ['an undeclared one', '<n:b/>', '<n:b></n:b>'],
  ['scopes', '<b xmlns="urn:x"><c xmlns="urn:n"><d/></c><c/></b>', '<b><n:c><n:d></n:d></n:c><c></c></b>'],
];

describe('scanXml', () => {
  for (const [what, xml, expected] of documents)
    it(`sees ${what}`, async () => assert.equal(await seen(xml), expected));
  for (const [what, xml, expected] of namespaces)
    it(`resolves ${what}`, async () => assert.equal(await seen(xml, { vocabulary }), expected));

  it('sees the same wherever a document is cut', async () => {
    for (const [, xml, expected] of documents) {
      const bytes = Buffer.from(xml);
      for (let at = 1; at < bytes.length; at++)
        assert.equal(await seen([bytes.subarray(0, at), bytes.subarray(at)]), expected);
      assert.equal(await seen(Array.from(bytes, (byte) => Buffer.from([byte]))), expected);
    }
  });

  const declared = '<?xml version="1.0" encoding="ISO-8859-15"?><a>\xa4</a>';
  const encodings: readonly [what: string, bytes: Buffer, text: string][] = [
    ['UTF-8', Buffer.from('<a>ä€</a>'), 'ä€'],
    ['UTF-8 with a mark', Buffer.from('\ufeff<a>ä€</a>'), 'ä€'],
    ['UTF-16 with a mark', Buffer.from('\ufeff<a>ä€</a>', 'utf16le'), 'ä€'],
    ['UTF-16 without a mark', Buffer.from('<?xml version="1.0" encoding="UTF-16"?><a>ä€</a>', 'utf16le'), 'ä€'],
    ['UTF-16, the high byte first', Buffer.from('\ufeff<a>ä€</a>', 'utf16le').swap16(), 'ä€'],
    ['an encoding that is declared', Buffer.from(declared, 'latin1'), '€'],
    ['UTF-8 that calls itself UTF-16', Buffer.from('<?xml version="1.0" encoding="UTF-16"?><a>ä</a>'), 'ä'],
    ['an unknown encoding', Buffer.from('<?xml version="1.0" encoding="x-none"?><a>b</a>'), 'b'],
  ];
  for (const [what, bytes, text] of encodings)
    it(`reads ${what}`, async () => assert.equal(await seen(bytes), `<a>${text}</a>`));

  const broken: readonly [what: string, xml: string, lenient: string][] = [
    ['an open element', '<a><b>c', '<a><b>c</b></a>'],
    ['a wrong end', '<a><b>c</a>d', '<a><b>c</b></a>'],
    ['an end too many', '<a></b>c</a>', '<a>c</a>'],
    ['an open tag', '<a>b<c', '<a>b</a>'],
    ['a stray bracket', '<a>1 < 2 > 1</a>', '<a>1 < 2 > 1</a>'],
    ['an open comment', '<a>b<!-- c', '<a>b</a>'],
  ];
  for (const [what, xml, expected] of broken)
    it(`refuses ${what}, unless it is lenient`, async () => {
      await assert.rejects(seen(xml), { code: 'damaged' });
      assert.equal(await seen(xml, { lenient: true }), expected);
    });

  it('refuses what nests too deep, and tags without an end', async () => {
    await assert.rejects(seen('<a>'.repeat(100_000) + '</a>'.repeat(100_000)), { code: 'damaged' });
    await assert.rejects(seen(Array(30).fill(Buffer.from(`<a b="${'x'.repeat(2 ** 18)}`))), { code: 'damaged' });
  });

  it('reads anything, or says that it is damaged', async () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '</',
      '/>',
      '"',
      '=',
      'a',
      ' ',
      '&',
      ';',
      '<!',
      '[',
      ']',
      '--',
      '<![CDATA[',
      '?',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece), async (pieces) => {
        await seen(pieces.join(''), { lenient: true, vocabulary }).catch((error) =>
          assert.ok(error instanceof UnreadableFile),
        );
        await seen(pieces.join('')).catch((error) => assert.ok(error instanceof UnreadableFile, error));
      }),
    );
  });
});
