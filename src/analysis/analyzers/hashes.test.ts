import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { hashNames, leastOptions } from '#domain/analysis.ts';
import { registryOf } from '../registry.ts';
import { analyzeFile, prepareAll } from '../run/pass.ts';

const analyzers = registryOf({ ...leastOptions, hashes: hashNames });
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'filemill-hashes-'));
  await prepareAll(analyzers);
});
after(() => rm(folder, { recursive: true }));

async function findings(content: Uint8Array) {
  const path = join(folder, 'file');
  await writeFile(path, content);
  const { findings } = await analyzeFile({ path, filename: 'file', size: content.length }, analyzers);
  return findings as { readonly hashes: Record<string, string>; readonly bytes?: { readonly entropy: number } };
}

describe('hashes', () => {
  it('are those of their standards', async () => {
    // RFC 1321, FIPS 180-4, the BLAKE3 paper's test vectors, RFC 3720 ("123456789" as checked by others).
    const digits = await findings(Buffer.from('123456789'));
    assert.deepEqual(digits.hashes, {
      md5: '25f9e794323b453885f5181f1b624d0b',
      sha1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
      sha512:
        'd9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274ad27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85',
      blake3: 'b7d65b48420d1033cb2595293263b6f72eabee20d55e699d0df1973b3c9deed1',
      crc32c: 'e3069283',
    });
    assert.equal(
      (await findings(Buffer.alloc(0))).hashes.blake3,
      'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262',
    );
  });

  it('are of all chunks, one file after the other', async () => {
    const content = Buffer.alloc(5_000_000, 'abc');
    for (let round = 0; round < 2; round++) {
      const { md5, crc32c } = (await findings(content)).hashes;
      assert.deepEqual([md5, crc32c?.length], [createHash('md5').update(content).digest('hex'), 8]);
    }
  });

  it('are not looked for unless a worker asks', () => {
    assert.ok(!registryOf(leastOptions).some(({ name }) => name === 'hashes'));
  });
});

describe('the entropy of a file', () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const cases: readonly (readonly [string, Uint8Array, number | undefined])[] = [
    ['equal bytes', Buffer.alloc(10_001), 0],
    ['two bytes in equal shares', Buffer.from([0, 1, 0, 1, 1, 0, 1, 0]), 1],
    ['three in unequal shares', Buffer.from([0, 0, 1, 2]), 1.5],
    ['all bytes', all, 8],
    ['all bytes, in several chunks', Buffer.concat(Array.from({ length: 20_000 }, () => all)), 8],
    ['text', Buffer.from('some words, and ümläute'), undefined],
    ['long text', Buffer.from('ü'.repeat(100_001)), undefined],
    ['text of 8 bits', Buffer.from('\xfc\xe4', 'latin1'), undefined],
    ['nothing', Buffer.alloc(0), undefined],
  ];
  for (const [what, content, expected] of cases)
    it(`is in bits a byte: ${what}`, async () => {
      const { bytes } = await findings(content);
      assert.equal(bytes?.entropy, expected);
    });

  it('is near 8 when the file is compressed', async () => {
    const numbers = Array.from({ length: 50_000 }, (_, at) => (at * 7_919) % 65_537).join(' ');
    const { bytes } = await findings(deflateRawSync(numbers));
    assert.ok(bytes !== undefined && bytes.entropy > 7.5 && bytes.entropy <= 8, String(bytes?.entropy));
  });
});
