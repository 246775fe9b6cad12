import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { readText } from '#test/support/read-document.ts';
import { subtitleTypes } from './subtitle-types.ts';
import { reader } from './subtitles.ts';

const cases: readonly (readonly [mime: string, text: string, shown: string])[] = [
  [
    'application/x-subrip',
    '1\n00:00:01,000 --> 00:00:02,000 X1:1\n{\\an8}<i>One</i> <font color="x">two</font>\n3 & 4\n\n2\n00:00:03,000 --> 00:00:04,000\n5\n\n\n',
    'One two 3 & 4 5',
  ],
  ['application/x-subrip', '1\n00:00:01,000 --> 00:00:02,000\none\n2\n00:00:03,000 --> 00:00:04,000\ntwo', 'one two'],
  [
    'text/vtt',
    'WEBVTT - Title\nKind: captions\n\nNOTE\nnot --this\n\nSTYLE\n::cue { color: x }\n\nintro\n00:01.000 --> 00:02.000 align:start\n<v Ann>Hi <00:01.500><c.x>there</c> &amp; <ruby>a<rt>b</rt></ruby>\n- you\n\n01:00:03.000 --> 01:00:04.000\nBye',
    'Hi there & a - you Bye',
  ],
  [
    'text/x-ssa',
    '[Script Info]\nTitle: no\n\n[Events]\nFormat: Layer, Start, End, Style, Text\nComment: 0,0:00,0:01,Default,no\nDialogue: 0,0:00,0:01,Default,{\\b1}One{\\b0}, two\\Nthree\\hfour\nDialogue: 0,0:00,0:01,Default,{\\p1}m 0 0 l 1 1{\\p0}five',
    'One, two three four five',
  ],
  ['text/x-microdvd', '{0}{25}{y:i}One|two\n{25}{}three', 'One two three'],
  ['text/x-mpl2', '[0][25]/One|two\n[25][]three', 'One two three'],
  ['text/x-subviewer', '[INFORMATION]\n[TITLE]no\n[SUBTITLE]\n00:00:01.00,00:00:02.00\nOne[br]two\n', 'One two'],
  ['text/x-lrc', '[ti:no]\n[00:01.00][00:09.00]One <00:02.00>two\n[00:03.00]three', 'One two three'],
  [
    'application/x-sami',
    '<SAMI><HEAD><TITLE>no</TITLE><STYLE><!-- P {} --></STYLE></HEAD><BODY><SYNC Start=0><P Class=E>One<br>two<SYNC Start=9><P Class=E>&nbsp;',
    'One two',
  ],
  [
    'application/ttml+xml',
    '<tt xmlns="http://www.w3.org/ns/ttml"><head><metadata><ttm:title>no</ttm:title></metadata></head><body><div><p begin="0s">One<br/>two</p><p><span>th</span>ree</p></div></body></tt>',
    'One two three',
  ],
];

describe('subtitles show', () => {
  for (const [mime, written, shown] of cases)
    it(mime, async () => {
      for (const bytes of [written, written.replaceAll('\n', '\r\n')])
        assert.equal((await readText(reader, Buffer.from(bytes), mime)).text.body, shown);
    });
});

test('any text is read', async () => {
  const piece = fc.constantFrom(
    '00:00:01,000 --> 00:00:02,000',
    '1',
    '{\\p1}',
    '{',
    '}',
    '[',
    ']',
    '<',
    'Dialogue: ,',
    '[Events]',
    'Format:',
    ',',
    '\n',
    '|',
    'a',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), fc.constantFrom(...subtitleTypes), async (pieces, mime) => {
      await readText(reader, Buffer.from(pieces.join('')), mime);
    }),
  );
});
