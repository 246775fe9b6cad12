import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeHtml } from './html.ts';

const iso2022jp = Buffer.from('\x1b$B4A;z\x1b(B', 'latin1');

const cases: readonly (readonly [string, Buffer, found: string | null, declared: string | undefined, text: string])[] =
  [
    ['a byte order mark', Buffer.from('\ufeff<meta charset=koi8-r>é'), 'utf-8', 'koi8-r', '<meta charset=koi8-r>é'],
    ['UTF-16', Buffer.from('\ufeffé', 'utf16le'), 'utf-16le', undefined, 'é'],
    [
      'valid UTF-8 whatever it says',
      Buffer.from('<meta charset=iso-8859-1>é'),
      'utf-8',
      undefined,
      '<meta charset=iso-8859-1>é',
    ],
    [
      'the carrier',
      Buffer.from('<meta charset=koi8-r>\xe9', 'latin1'),
      'unknown-8bit',
      'iso-8859-2',
      '<meta charset=koi8-r>é',
    ],
    [
      'an unknown carrier',
      Buffer.from('<meta charset=koi8-r>\xc1', 'latin1'),
      null,
      'x-none',
      '<meta charset=koi8-r>а',
    ],
    [
      'http-equiv',
      Buffer.from('<META http-equiv=x content="text/html; charset = koi8-r">\xc1', 'latin1'),
      null,
      undefined,
      '<META http-equiv=x content="text/html; charset = koi8-r">а',
    ],
    [
      'an XML declaration',
      Buffer.from('<?xml version="1.0" encoding="koi8-r"?>\xc1', 'latin1'),
      null,
      undefined,
      '<?xml version="1.0" encoding="koi8-r"?>а',
    ],
    [
      '7-bit encodings',
      Buffer.concat([Buffer.from('<meta charset=iso-2022-jp>'), iso2022jp]),
      'us-ascii',
      undefined,
      '<meta charset=iso-2022-jp>漢字',
    ],
    ['what cannot be', Buffer.from('<meta charset=utf-16>a'), 'us-ascii', undefined, '<meta charset=utf-16>a'],
    ['what the bytes look like', Buffer.from('\xc1', 'latin1'), 'koi8-r', undefined, 'а'],
    ['what is in no standard of the web', Buffer.from('\x81\x82', 'latin1'), 'ibm037', undefined, 'ab'],
    ['nothing at all', Buffer.from('\x93\xe9', 'latin1'), 'unknown-8bit', undefined, '“é'],
  ];

for (const [name, bytes, found, declared, text] of cases)
  test(`HTML is decoded by ${name}`, () => assert.equal(decodeHtml(bytes, found, declared), text));
