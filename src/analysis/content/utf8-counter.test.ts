import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { scalarCount } from '#test/support/scalar-count.ts';
import { input } from './kernel.ts';
import { Utf8Counter } from './utf8-counter.ts';
import { isWhiteSpace } from './utf16-counter.ts';

/** Hundreds in every test run, and any number by hand. */
const numRuns = Number(process.env.FILEMILL_TEST_TEXT_CASES ?? 500);

const hex = (...sequences: readonly string[]) => fc.constantFrom(...sequences).map((each) => Buffer.from(each, 'hex'));
const text = (...texts: readonly string[]) => fc.constantFrom(...texts).map((each) => Buffer.from(each));
const codePoints = (...points: readonly number[]) => text(...points.map((point) => String.fromCodePoint(point)));

const everyWhiteSpace = Array.from({ length: 0x11_0000 }, (_, point) => point).filter(isWhiteSpace);
/** Characters that share most of their bytes with white space. */
const nearSpaces = [0x84, 0x86, 0x9f, 0xa1, 0x1640, 0x167f, 0x1681, 0x1fff, 0x200b, 0x2027, 0x202a, 0x202e, 0x2030];
nearSpaces.push(0x204a, 0x205e, 0x2060, 0x2080, 0x2828, 0x3001, 0x3040, 0x4020, 0xfeff);
/** Lone continuations, overlong forms, surrogates, characters beyond U+10FFFF, invalid bytes, and truncated characters. */
const malformed = [
  '80',
  'bf',
  'c0af',
  'c1bf',
  'e08080',
  'e09fbf',
  'f0808080',
  'f08fbfbf',
  'eda080',
  'edbfbf',
  'f4908080',
];
malformed.push(
  'f5808080',
  'f7bfbfbf',
  'f888808080',
  'fe',
  'ff',
  'c2',
  'e2',
  'e280',
  'ed',
  'f0',
  'f09f',
  'f09f8c',
  'c2c2a0',
);
malformed.push('e2e28080', 'e280e28080', 'c28080', 'e2808080');

const plain = fc.oneof(
  {
    weight: 3,
    arbitrary: text('a', 'words', 'a word of some length, longer than one block of the sixty-four bytes is'),
  },
  { weight: 3, arbitrary: text(' ', '\n', '\t', '\r\n', '  ', '\v', '\f') },
);
const beyondAscii = fc.oneof(
  {
    weight: 2,
    arbitrary: text('é', 'שלום', 'мельница', '水車', 'かな', '🌾', '\u07ff', '\u0800', '\uffff', '\u{10ffff}'),
  },
  { weight: 2, arbitrary: codePoints(...everyWhiteSpace) },
  { weight: 1, arbitrary: codePoints(...nearSpaces) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0x80, max: 0xd7ff }).map((point) => Buffer.from(String.fromCodePoint(point))),
  },
);
const controls = fc.oneof(hex('01', '06', '07', '08', '0e', '1a', '1b', '1c', '1f', '7f'), plain, plain, plain);
const nuls = fc.oneof({ weight: 1, arbitrary: hex('00') }, { weight: 300, arbitrary: plain });
const broken = fc.oneof(
  { weight: 1, arbitrary: hex(...malformed) },
  { weight: 20, arbitrary: fc.oneof(plain, beyondAscii) },
);
const noise = fc.array(fc.integer({ min: 0x80, max: 0xff }), { maxLength: 8 }).map((bytes) => Buffer.from(bytes));

/** Texts of all kinds, cut anywhere. */
const bytes = fc
  .tuple(
    fc.constantFrom('', '', '', '\ufeff', '\ufeff\ufeff'),
    fc
      .subarray([plain, beyondAscii, controls, nuls, broken, noise], { minLength: 1 })
      .chain((kinds) => fc.array(fc.oneof(...kinds), { maxLength: 120, size: 'max' })),
    fc.nat(3),
  )
  .map(([mark, parts, missing]) => {
    const all = Buffer.concat([Buffer.from(mark), ...parts]);
    return all.subarray(0, all.length - missing);
  });

const chunkSizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 200 })), {
  minLength: 1,
});

/** Asserts that SIMD and the scalar twin agree, in one chunk and in many, counted in place and from a copy. */
const agreement = (isSpace = isWhiteSpace) =>
  fc.property(bytes, chunkSizes, fc.nat(80), (sample, sizes, offset) => {
    const expected = scalarCount(sample, isSpace);
    assert.deepEqual(count(sample, [sample.length]), expected);
    assert.deepEqual(count(sample, sizes), expected);
    // The bytes around a text that is counted in place do not belong to it.
    input.fill(0xe2, 0, offset + sample.length + 100);
    sample.copy(input, offset);
    assert.deepEqual(count(input.subarray(offset, offset + sample.length), sizes), expected);
    assert.ok(input.subarray(offset).indexOf(sample) === 0, 'the bytes are as they were');
    assert.ok(
      input.subarray(0, offset).every((byte) => byte === 0xe2),
      'so are those before',
    );
    assert.ok(input.subarray(offset + sample.length, offset + sample.length + 100).every((byte) => byte === 0xe2));
  });

test('SIMD counts what its scalar twin counts', () => fc.assert(agreement(), { numRuns }));

test('a twin that takes one kind of white space for a letter is found out', () => {
  for (const space of everyWhiteSpace) {
    const blind = agreement((point) => point !== space && isWhiteSpace(point));
    assert.ok(fc.check(blind, { numRuns: 1_000, endOnFailure: true }).failed, `U+${space.toString(16)}`);
  }
});

test('every character between letters and between spaces', () => {
  for (let first = 0; first < 0x11_0000; first += 0x100) {
    if (first >= 0xd800 && first < 0xe000) continue;
    const points = Array.from({ length: 0x100 }, (_, index) => String.fromCodePoint(first + index));
    // With a letter these are three words, with white space four.
    const texts = points.filter((each) => each !== '\0').map((each) => `a${each}b a${each}b ${each} `);
    const sample = Buffer.from(texts.join('\n'));
    assert.deepEqual(count(sample, [sample.length]), scalarCount(sample), `U+${first.toString(16)}`);
  }
});

test('white space and faults at every place of a block', () => {
  const spaces = everyWhiteSpace.map((point) => Buffer.from(String.fromCodePoint(point)));
  for (const sequence of [...spaces, ...malformed.map((each) => Buffer.from(each, 'hex'))])
    for (let before = 0; before <= 130; before++) {
      const sample = Buffer.concat([Buffer.alloc(before, 'a'), sequence, Buffer.alloc(130, 'b')]);
      assert.deepEqual(count(sample, [sample.length]), scalarCount(sample), `${sequence.toString('hex')} at ${before}`);
    }
});

test('control characters at every place of 8-bit text', () => {
  for (const control of [...Array(0x20).keys(), 0x7e, 0x7f])
    for (let before = 0; before <= 130; before++) {
      const sample = Buffer.concat([
        Buffer.alloc(before, 'a'),
        Buffer.from([control]),
        Buffer.alloc(130, 'b\xff', 'latin1'),
      ]);
      assert.deepEqual(count(sample, [sample.length]), scalarCount(sample), `${control} at ${before}`);
      const ascii = Buffer.concat([sample.subarray(0, before + 1), Buffer.alloc(64, 'c'), sample.subarray(before + 1)]);
      assert.deepEqual(count(ascii, [ascii.length]), scalarCount(ascii), `${control} at ${before}, ASCII behind it`);
    }
});

test('counts beyond 32 bits', () => {
  input.fill('ab\n ');
  const counter = new Utf8Counter(input);
  for (let read = 0; read < 5 * 2 ** 30; read += input.length) counter.update(input);
  const quarter = (5 * 2 ** 30) / 4;
  assert.deepEqual(counter.finish(), {
    charset: 'us-ascii',
    words: quarter,
    lines: quarter,
    characters: 4 * quarter,
  });
});

/** Chunks of these sizes, repeated. */
function count(sample: Uint8Array, sizes: readonly number[]) {
  const counter = new Utf8Counter(sample.subarray(0, 65_536));
  for (let at = 0, turn = 0; at < sample.length; turn++) {
    const size = sizes[turn % sizes.length] as number;
    counter.update(sample.subarray(at, at + size));
    at += size;
  }
  return counter.finish();
}
