import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readText } from '#test/support/read-document.ts';
import { reader } from './mailbox.ts';

const line = 'From someone@example.org Thu Feb 29 12:00:00 2024\n';

test('all messages of a mailbox are read, without their headers', async () => {
  const attached =
    'Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntwo\n--b\nContent-Type: image/png\n\nabc\n--b--\n';
  const mailbox = `${line}Subject: no\n\none\n>From here on\nFrom there\n\n${line}Subject: no\n${attached}\n${line}\nthree\n`;
  for (const content of [mailbox, mailbox.replaceAll('\n', '\r\n')]) {
    const { text, facts } = await readText(reader, Buffer.from(content));
    assert.deepEqual(text, { body: 'one >From here on From there two three' });
    assert.deepEqual(facts, { messages: 3, attachments: 1 });
  }
});

test('a mailbox is read piece by piece', async () => {
  const messages = Array.from({ length: 400 }, (_, index) => `${line}Subject: no\n\n${'word '.repeat(index * 15)}\n`);
  const { words, facts } = await readText(reader, Buffer.from(messages.join('\n')));
  assert.equal(words, 15 * ((399 * 400) / 2));
  assert.equal(facts.messages, 400);
});

test('a message of a mailbox may not be too large', async () => {
  const huge = Buffer.alloc(66 * 2 ** 20, 'x\n');
  await assert.rejects(readText(reader, Buffer.concat([Buffer.from(`${line}\n`), huge])), { code: 'too_large' });
});
