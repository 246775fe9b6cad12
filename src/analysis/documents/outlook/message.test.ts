import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnreadableFile } from '#domain/analysis.ts';
import { type CompoundFolder, compoundFile } from '#test/support/compound-file.ts';
import { assertDamageIsBorne } from '#test/support/mutants.ts';
import { readDocument } from '#test/support/read-document.ts';
import { decompressedRtf } from './compressed-rtf.ts';
import { reader } from './message.ts';

/** The example of [MS-OXRTFCP] 3.1. */
const compressed = Buffer.from(
  '2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0',
  'hex',
);

describe('a message of Outlook', () => {
  it('has facts, and no headers in its text', async () => {
    const message = compoundFile({
      ...texts({ '0037': 'A subject', '0c1a': 'J. Doe', '0e04': 'Someone', '1000': 'The text' }),
      ...values(32, [0x0039, 0x0040, 126_256_467_060_000_000n]),
      '__attach_version1.0_#00000000': texts({ '3707': 'a.txt' }),
    });
    assert.deepEqual(await read(message), {
      parts: { body: 'The text\n' },
      facts: { subject: 'A subject', author: 'J. Doe', created: '2001-02-03T04:05:06Z', attachments: 1 },
    });
  });

  it('shows its HTML rather than anything else', async () => {
    const html = Buffer.from('<p>a <a href="http://x/y">link</a> to \xe9</p>', 'latin1');
    const { parts } = await read(
      compoundFile({
        ...texts({ '1000': 'a link <http://x/y>' }),
        ...{ '__substg1.0_10130102': html, '__substg1.0_10090102': compressed },
        ...values(32, [0x3fde, 0x0003, 1252n]),
      }),
    );
    assert.equal(parts.body?.trim(), 'a link to é');
  });

  it('shows its RTF rather than plain text', async () => {
    const { parts } = await read(compoundFile({ ...texts({ '1000': 'x' }), '__substg1.0_10090102': compressed }));
    assert.equal(parts.body?.trim(), 'hello world');
  });

  it('may have 8-bit text', async () => {
    const narrow = { '__substg1.0_1000001E': Buffer.from([0xcf, 0xf0, 0]), ...values(32, [0x3ffd, 0x0003, 1251n]) };
    assert.equal((await read(compoundFile(narrow))).parts.body, 'Пр\n');
  });

  it('has the text of messages in it, not of other attachments', async () => {
    const innermost = attached(texts({ '1000': 'the third', '0037': 'no' }));
    const inner = attached({
      ...texts({ '1000': 'the second' }),
      ...innermost,
      ...values(24, [0x3ffd, 0x0003, 1252n]),
    });
    assert.equal(
      (await read(compoundFile({ ...texts({ '1000': 'the first' }), ...inner }))).parts.body,
      'the first\nthe second\nthe third\n',
    );
  });

  it('is refused when it is another file', async () => {
    await assert.rejects(read(Buffer.from('From: a')), UnreadableFile);
  });

  it('bears any damage', async () => {
    const inner = attached({ '__substg1.0_10090102': compressed });
    await assertDamageIsBorne(
      compoundFile({ ...texts({ '0037': 'A' }), ...inner, ...values(32, [0x39, 0x40, 9n]) }),
      read,
    );
  });
});

describe('compressed RTF', () => {
  it('copies what came before, and from before the beginning', () => {
    assert.equal(decompressedRtf(compressed).toString(), '{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n');
  });

  it('may be stored as it is', () => {
    const head = Buffer.concat([uint32(19), uint32(7), Buffer.from('MELA'), uint32(0)]);
    assert.equal(decompressedRtf(Buffer.concat([head, Buffer.from('{\\rtf1}and more')])).toString(), '{\\rtf1}');
  });

  it('ends where its data ends', () => {
    assert.equal(decompressedRtf(compressed.subarray(0, 29)).toString(), '{\\rtf1\\ansi\\ansicpg1252');
    const long = Buffer.from(compressed);
    long.writeUInt32LE(10, 4);
    assert.equal(decompressedRtf(long).toString(), '{\\rtf1\\ans');
  });

  it('is refused when it is too long or of another kind', () => {
    const long = Buffer.from(compressed);
    long.writeUInt32LE(2 ** 30, 4);
    for (const bytes of [long, compressed.subarray(0, 9), Buffer.alloc(20)])
      assert.throws(() => decompressedRtf(bytes), UnreadableFile);
  });
});

async function read(bytes: Buffer) {
  return await readDocument(reader, bytes);
}

/** Unicode properties by their numbers. */
function texts(properties: Readonly<Record<string, string>>): CompoundFolder {
  return Object.fromEntries(
    Object.entries(properties).map(([id, text]) => [
      `__substg1.0_${id.toUpperCase()}001F`,
      Buffer.from(text, 'utf16le'),
    ]),
  );
}

function values(
  headerLength: number,
  ...properties: readonly [id: number, type: number, value: bigint][]
): CompoundFolder {
  const bytes = Buffer.alloc(headerLength + 16 * properties.length);
  for (const [index, [id, type, value]] of properties.entries()) {
    const at = headerLength + 16 * index;
    bytes.writeUInt16LE(type, at);
    bytes.writeUInt16LE(id, at + 2);
    bytes.writeBigUInt64LE(value, at + 8);
  }
  return { '__properties_version1.0': bytes };
}

function attached(message: CompoundFolder): CompoundFolder {
  return { '__attach_version1.0_#00000000': { '__substg1.0_3701000D': message } };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
