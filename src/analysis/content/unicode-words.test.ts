import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { countUnicodeWords } from './unicode-words.ts';

const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

describe('words of Unicode', () => {
  for (const [text, words] of [
    ['', 0],
    ["It's 3.14, isn't it?", 4],
    ['a-b c_d _ __ 1,000 x;y', 7],
    ['Привет, мир! Ελλάδα', 3],
    ['你好，世界', 2],
    ['これは日本語のテストです。', 6],
    ['สวัสดีครับผมชื่อสมชาย', 5],
    ['cafe\u0301 na\u00efve 👍🏽 ok', 3],
    [`${'你好'.repeat(100_000)} a`, 100_001],
  ] as const)
    it(`are ${words} in ${text.slice(0, 30)}`, () => {
      assert.equal(countUnicodeWords([text]), words);
    });

  it('are those of the segmenter for each pair of characters that are counted without it', () => {
    const characters = Array.from({ length: 0x530 }, (_, unit) => String.fromCharCode(unit));
    characters.push(...'‘’–—“”…€');
    for (const character of characters)
      for (const around of ['', 'a', '1', '_', '.', "'", ',', ':', ' '])
        for (const text of [`${around}${character}${around}`, `a${character}${around}a`, `1${character}${around}1`])
          assert.equal(countUnicodeWords([text]), segmented(text), JSON.stringify(text));
  });

  it('are those of the segmenter, wherever a text is cut', () => {
    const characters = fc.constantFrom(...'aZé9_.,;:\'"’ \n\t-Жñ\u0301\u200d👍好あก·');
    const texts = fc.array(
      fc.array(characters, { maxLength: 40 }).map((all) => all.join('')),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(texts, (pieces) => {
        assert.equal(countUnicodeWords(pieces), segmented(pieces.join('')));
      }),
      { numRuns: 2_000 },
    );
  });
});

function segmented(text: string): number {
  return Array.from(segmenter.segment(text)).filter(({ isWordLike }) => isWordLike).length;
}
