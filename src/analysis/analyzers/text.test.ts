import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LocalBlob } from '#platform/local-blob.ts';
import { text } from './text.ts';

test('words, lines and characters of printable UTF-8 equal wc -w, -l and -m', async () => {
  const random = seeded(20_260_105);
  const texts = Array.from({ length: 120 }, (_, index) => generatedText(random, index * 37));
  const expected = await wc(texts.map((each) => Buffer.from(each)));
  for (const [index, each] of texts.entries()) {
    const { words, lines, characters } = count(Buffer.from(each));
    assert.deepEqual({ words, lines, characters }, expected[index], JSON.stringify(each));
  }
});

test('any chunking gives the same counts', () => {
  const random = seeded(7);
  for (let round = 0; round < 300; round++) {
    const bytes = sampleBytes(random, round);
    const whole = count(bytes);
    for (const step of [1, 2, 3, 5])
      assert.deepEqual(
        count(bytes, () => step),
        whole,
        bytes.toString('hex'),
      );
    assert.deepEqual(
      count(bytes, () => 1 + Math.floor(random() * 9)),
      whole,
      bytes.toString('hex'),
    );
  }
});

test('invalid UTF-8 counts as 8-bit text from its first byte', () => {
  const random = seeded(11);
  for (let round = 0; round < 300; round++) {
    const bytes = Buffer.concat([Buffer.from(generatedText(random, 40)), Buffer.from([0xe9]), Buffer.from(' x')]);
    const { charset, words, characters } = count(bytes);
    const latin = bytes.toString('latin1');
    assert.equal(charset, 'unknown-8bit');
    assert.equal(words, latin.split(/[\t-\r ]+/).filter((word) => word !== '').length, JSON.stringify(latin));
    assert.equal(characters, bytes.length);
  }
});

test('no byte sequence passes for UTF-8 that TextDecoder refuses, nor the other way', () => {
  const random = seeded(13);
  const edges = [0x20, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xee];
  edges.push(0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff);
  for (let round = 0; round < 20_000; round++) {
    const bytes = Uint8Array.from(
      { length: 1 + (round % 5) },
      () => edges[Math.floor(random() * edges.length)] as number,
    );
    const valid = isUtf8(bytes);
    const { charset } = count(Buffer.concat([Buffer.from('plain words '), bytes]));
    assert.equal(charset === 'utf-8' || charset === 'us-ascii', valid, Buffer.from(bytes).toString('hex'));
  }
});

/** docs/analysis.md shows this table: text, our words, the words of GNU wc 9.1 in C.UTF-8. */
const differences: readonly (readonly [string, string, number, number])[] = [
  ['U+0085 NEL between letters', 'a\u0085b', 2, 1],
  ['U+2028 line separator between letters', 'a\u2028b', 2, 1],
  ['U+2029 paragraph separator between letters', 'a\u2029b', 2, 1],
  ['U+2060 word joiner between letters', 'a\u2060b', 1, 2],
  ['U+2060 word joiner alone', 'a \u2060 b', 3, 2],
  ['a control character alone', 'a \u0001 b', 3, 2],
  ['U+007F delete alone', 'a \u007f b', 3, 2],
  ['a C1 control character alone', 'a \u0080 b', 3, 2],
  ['an unassigned character alone', 'a \u0378 b', 3, 2],
  ['a noncharacter alone', 'a \ufdd0 b', 3, 2],
  ['a byte order mark before white space', '\ufeff a', 1, 2],
];

/** Rows of that table that one might expect to differ, but that do not. */
const agreements: readonly (readonly [string, string, number])[] = [
  ['U+00A0 no-break space', 'a\u00a0b', 2],
  ['U+2007 figure space', 'a\u2007b', 2],
  ['U+202F narrow no-break space', 'a\u202fb', 2],
  ['U+3000 ideographic space', 'a\u3000b', 2],
  ['U+1680 ogham space mark', 'a\u1680b', 2],
  ['U+200B zero width space', 'a\u200bb', 1],
  ['U+180E mongolian vowel separator', 'a\u180eb', 1],
  ['U+FEFF inside the text', 'a \ufeff b', 3],
  ['a private use character', 'a \ue000 b', 3],
  ['a control character inside a word', 'ab\u0001cd', 1],
];

test('the known differences to wc -w are these', async (context) => {
  for (const [name, sample, ours] of differences) assert.equal(count(Buffer.from(sample)).words, ours, name);
  for (const [name, sample, ours] of agreements) assert.equal(count(Buffer.from(sample)).words, ours, name);
  const counted = await wc([...differences, ...agreements].map(([, sample]) => Buffer.from(sample)));
  const expected = [...differences.map(([, , , theirs]) => theirs), ...agreements.map(([, , both]) => both)];
  const actual = counted.map(({ words }) => words);
  if (/ 9\.1$/m.test(wcVersion())) assert.deepEqual(actual, expected);
  else context.diagnostic(`this is not wc 9.1; its counts: ${actual.join(' ')}, of 9.1: ${expected.join(' ')}`);
});

test('UTF-16 by its byte order mark', () => {
  const sample = 'Zwei Wörter\u3000und\u00a0mehr\n水車 🌾 x\n';
  const little = Buffer.from(`\ufeff${sample}`, 'utf16le');
  const expected = { words: 7, lines: 2, characters: [...sample].length };
  for (const step of [1, 2, 3, 1000]) {
    assert.deepEqual(
      count(little, () => step),
      { charset: 'utf-16le', ...expected },
    );
    assert.deepEqual(
      count(Buffer.from(little).swap16(), () => step),
      { charset: 'utf-16be', ...expected },
    );
  }
  const binary = ['\ufeffa\ud800b', '\ufeffa\udc00', '\ufeffa\ud800', '\ufeffa\0b'];
  for (const each of binary) assert.equal(count(Buffer.from(each, 'utf16le')).charset, null, JSON.stringify(each));
  assert.equal(count(little.subarray(0, 7)).charset, null, 'half a unit at the end');
});

test('what is text, and what is not', () => {
  const charsetOf = (bytes: Uint8Array | string) => count(Buffer.from(bytes)).charset;
  assert.equal(charsetOf(''), 'us-ascii');
  assert.equal(charsetOf('plain'), 'us-ascii');
  assert.equal(charsetOf('שלום'), 'utf-8');
  assert.equal(charsetOf('\ufeff'), 'utf-8');
  assert.equal(charsetOf(Buffer.from('café', 'latin1')), 'unknown-8bit');
  assert.equal(charsetOf('colour \u001b[31mred\u001b[0m'), 'us-ascii');
  assert.equal(charsetOf('one \u0001 control among many letters'), 'us-ascii');
  assert.equal(charsetOf(`${'text '.repeat(100_000)}\0`), 'us-ascii', 'a stray NUL');
  assert.equal(charsetOf(`Rar!\x1a\x07\0${'text '.repeat(100_000)}`), null, 'a NUL in a header');
  assert.equal(charsetOf(`${'text '.repeat(100)}${'\0'.repeat(10)}`), null, 'many NULs');
  assert.equal(charsetOf(`${'text '.repeat(100)}\0\u0001`), null, 'a NUL and another control character');
  assert.equal(charsetOf('\u0001\u0002abc'), null, 'a head of controls');
  assert.equal(charsetOf(Buffer.from('caf\xe9 and then some words \x02', 'latin1')), null, '8-bit with a control');
  assert.equal(charsetOf('%PDF-1.4\nall of it ASCII'), null);
  assert.equal(charsetOf('junk\n%PDF-1.4\n1 0 obj\n'), null);
  assert.equal(charsetOf('The first line of a PDF is %PDF-1.4\n'), 'us-ascii');
  assert.equal(charsetOf('!<arch>\nmember'), null);
  assert.equal(charsetOf(`070707${'0'.repeat(70)}mill`), null, 'a cpio archive');
});

test('a byte order mark is no character', () => {
  for (const step of [1, 2, 3, 4])
    assert.deepEqual(
      count(Buffer.from('\ufeffein Wort\n'), () => step),
      {
        charset: 'utf-8',
        words: 2,
        lines: 1,
        characters: 9,
      },
    );
});

/** Runs the analyser over `bytes`, cut into chunks by `step`. */
function count(bytes: Uint8Array, step: () => number = () => bytes.length) {
  const blob = new LocalBlob({ path: '' }, bytes.length);
  const run = text.start({ filename: '', blob, head: bytes.subarray(0, 65_536), whole: false });
  for (let at = 0; at < bytes.length; ) {
    const chunk = bytes.subarray(at, at + step());
    // A copy shows whether the analyser keeps a chunk, and changes the alignment.
    const copy = Uint8Array.from(chunk);
    run.update(copy);
    copy.fill(0);
    at += chunk.length;
  }
  const found = run.finish({}) as Record<string, unknown>;
  const { charset, word_count: words, line_count: lines, character_count: characters } = found;
  return { charset, words, lines, characters };
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Assigned printable characters of one to four bytes, and all white space that `wc` agrees about. */
const letters = [...'abcXYZ09.,;-_"\'é߀שלוםμ日本語カ、。한글🌾😀👩‍💻𝒳ñ́\u200b\u00ad'];
const spaces = [...'    \n\n\t\r\v\f\u00a0\u1680\u2000\u2003\u2007\u200a\u202f\u205f\u3000'];

function generatedText(random: () => number, length: number): string {
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)] as string;
  const rare = random() < 0.5;
  let made = '';
  while (made.length < length) {
    const wide = random() < (rare ? 0.05 : 0.6);
    made +=
      random() < 0.25 ? (wide ? pick(spaces) : ' ') : wide ? pick(letters) : String.fromCharCode(97 + random() * 26);
  }
  return made;
}

/** Text, malformed text, UTF-16 and noise, in turn. */
function sampleBytes(random: () => number, round: number): Buffer {
  const made = Buffer.from(generatedText(random, 60));
  if (round % 4 === 1) made[Math.floor(random() * made.length)] = Math.floor(random() * 256);
  if (round % 4 === 2) return Buffer.from(`\ufeff${generatedText(random, 40)}`, 'utf16le');
  if (round % 4 === 3) return made.subarray(0, Math.floor(random() * made.length));
  return made;
}

const environment = { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' };

function wcVersion(): string {
  return spawnSync('wc', ['--version'], { env: environment, encoding: 'utf8' }).stdout.split('\n', 1)[0] ?? '';
}

/** The counts of the real `wc` in C.UTF-8. */
async function wc(samples: readonly Uint8Array[]) {
  const folder = await mkdtemp(join(tmpdir(), 'filemill-wc-'));
  try {
    const names = samples.map((_, index) => String(index));
    await Promise.all(samples.map((bytes, index) => writeFile(join(folder, String(index)), bytes)));
    const options = { cwd: folder, env: environment, encoding: 'utf8' } as const;
    const { stdout, status } = spawnSync('wc', ['-l', '-w', '-m', ...names], options);
    assert.equal(status, 0);
    return stdout.split('\n', samples.length).map((line) => {
      const [lines, words, characters] = line.trim().split(/\s+/).map(Number);
      return { words, lines, characters };
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A repeatable source of numbers from 0 to 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
