import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import type { DocumentSource } from '../reader.ts';
import { TextTally } from '../text-tally.ts';
import { reader } from './message.ts';

const header = 'From: =?iso-8859-1?Q?Ren=E9?= <rene@example.org>\nSubject: not the\n text\nMIME-Version: 1.0\n';
const alternative = (...parts: string[]) => multipart('alternative', ...parts);

/** A message without its first fields, what it shows, and how many files are attached. */
const messages: Readonly<Record<string, readonly [message: string, text: string, attachments?: number]>> = {
  'text alone': ['\none two\n\nthree\n', 'one two\nthree'],
  'no empty line before it': ['one: two\nthree four\n', 'three four'],
  'HTML alone': ['Content-Type: text/html\n\n<title>no</title><p>one<p>two', 'one\ntwo'],
  'the plain form of two': [alternative(plain('one two'), html('<p>one<p>two<p>three')), 'one two'],
  'the other form if that is empty': [alternative(plain('\n'), html('<p>one<p>two')), 'one\ntwo'],
  'HTML with its pictures': [multipart('related', html('one<img src=cid:x>'), 'Content-Type: image/png\n\nabc'), 'one'],
  'quoted-printable': [
    'Content-Type: text/plain; charset="iso-8859-1"\nContent-Transfer-Encoding: Quoted-Printable\n\nna=EFve t=\nwo=20=\n\nsix=',
    'naïve two \nsix',
  ],
  base64: [
    `Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: base64\n\n${base64('\xc1\xc2 \xc3')}`,
    'аб ц',
  ],
  'UTF-8 whatever it says': ['Content-Type: text/plain; charset=us-ascii\n\nd\xc3\xa9j\xc3\xa0', 'déjà'],
  'UTF-7': ['Content-Type: text/plain; charset=utf-7\n\nd+AOk-j+AOA-', 'déjà'],
  'ISO-2022-JP': ['Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B4A;z\x1b(B', '漢字'],
  'attached files': [
    multipart(
      'mixed',
      plain('one'),
      `Content-Disposition: attachment; filename=a.txt\n${plain('not two')}`,
      'Content-Type: image/png\n\nabc',
    ),
    'one',
    2,
  ],
  'text after text': [multipart('mixed', plain('one'), html('two'), plain('three')), 'one\ntwo\nthree'],
  'a forwarded message without its header': [
    multipart('mixed', plain('see'), 'Content-Type: message/rfc822\n\nSubject: no\nFrom: b\n\nforwarded'),
    'see\nforwarded',
  ],
  'an attached message': [
    multipart(
      'mixed',
      plain('see'),
      'Content-Type: message/rfc822\nContent-Disposition: attachment\n\nSubject: no\n\nno',
    ),
    'see',
    1,
  ],
  'a digest': [multipart('digest', '\nSubject: no\n\none', '\nSubject: no\n\ntwo'), 'one\ntwo'],
  'a report': [
    multipart(
      'report',
      plain('failed'),
      'Content-Type: message/delivery-status\n\nStatus: 5',
      'Content-Type: text/rfc822-headers\n\nTo: x',
    ),
    'failed',
  ],
  'a boundary that begins another, and none at the end': [
    'Content-Type: multipart/mixed; boundary="b"\n\npreamble\n--b\n\none\n--bc\n--b  \n\ntwo',
    'one\n--bc\ntwo',
  ],
  'a boundary that is missing': ['Content-Type: multipart/mixed; boundary=b\n\none\n--c\ntwo', 'one\n--c\ntwo'],
  'files in uuencode': [
    '\none\nbegin 644 a.txt\n#86)C\n`\nend\ntwo\nbegin 644 of the text\n',
    'one\ntwo\nbegin 644 of the text',
    1,
  ],
  'lines that flow': [
    'Content-Type: text/plain; format=flowed; delsp=yes\n\n> half \nword\n-- \nme',
    '> halfword\n-- \nme',
  ],
  'enriched text': [
    'Content-Type: text/enriched\n\n<color><param>red</param><bold>o</bold>ne</color> << two',
    'one < two',
  ],
  'an archived page and its frames': [
    multipart(
      'related',
      html('<frameset><frame src=a></frameset>'),
      html('one'),
      'Content-Type: image/gif\n\nabc',
      html('two'),
    ),
    'one\ntwo',
  ],
  'a page without those in it': [multipart('related', html('one<iframe src=a>'), html('advertisement')), 'one'],
  'signed text': [multipart('signed', plain('one'), 'Content-Type: application/pgp-signature\n\nabc'), 'one'],
};

describe('a message shows', () => {
  for (const [name, [message, text, attachments = 0]] of Object.entries(messages))
    for (const newline of ['\n', '\r\n'])
      it(newline === '\n' ? name : `${name}, with CRLF`, async () => {
        const found = await read((header + message).replaceAll('\n', newline));
        assert.equal(found.text.replace(/[\r\n]+/g, '\n').trim(), text);
        assert.equal(found.facts.attachments, attachments);
      });
});

test('a message has a subject, an author and a date', async () => {
  const { facts } = await read(
    `From a@b Mon Jan  1 00:00:00 2024\n${header}Date: Thu, 29 Feb 2024 12:00:00 +0200 (EET)\n\nx`,
  );
  assert.deepEqual(facts, { subject: 'not the text', author: 'René', created: '2024-02-29T10:00:00Z', attachments: 0 });
});

test('an encrypted message has no text', async () => {
  const armour = '-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n';
  for (const message of [
    multipart('encrypted', 'Content-Type: application/pgp-encrypted\n\nVersion: 1', armour),
    'Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nabc',
    `\n${armour}`,
  ]) {
    const { facts, words } = await read(header + message);
    assert.deepEqual([facts.encrypted, words], [true, 0]);
  }
});

test('nesting is bounded', async () => {
  const nested = 'Content-Type: message/rfc822\n\n'.repeat(100_000);
  assert.equal((await read(`${header}${nested}`)).facts.attachments, 1);
});

test('anything is read', async () => {
  const line = fc.constantFrom(
    ...'Content-Type: multipart/mixed; boundary="b"|Content-Type: text/html|Content-Type: message/rfc822|--b|--b--|=|=C3=|<p>|begin 644 a|#86|end|From: =?utf-8?B?w6k=?=| x|:'.split(
      '|',
    ),
    '',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 40 }), async (lines) => {
      await read(lines.join('\n'));
    }),
  );
});

function plain(text: string): string {
  return `Content-Type: text/plain\n\n${text}`;
}

function html(text: string): string {
  return `Content-Type: text/html\n\n${text}`;
}

function multipart(kind: string, ...parts: readonly string[]): string {
  return `Content-Type: multipart/${kind};\n boundary="=b ${kind}"\n\n${parts.map((part) => `--=b ${kind}\n${part}\n`).join('')}--=b ${kind}--\n`;
}

function base64(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('base64');
}

async function read(message: string) {
  const tally = new TextTally();
  const bytes = Buffer.from(message, 'latin1');
  await reader.read({ bytes: async () => bytes } as Partial<DocumentSource> as DocumentSource, tally);
  return { text: [...tally.counted()].join(''), words: tally.words, facts: tally.found };
}
