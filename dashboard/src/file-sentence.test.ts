import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { FileJson, Json } from '#contract/schemas.ts';
import { fileSentence } from './file-sentence.ts';

const file = { size: 1_258_291, status: 'COMPLETED' } as FileJson;

const sentences: readonly (readonly [output: object, sentence: string])[] = [
  [
    { description: 'PDF document', word_count: 3_450, findings: { text: { pages: 12, language: 'en' } } },
    'PDF document of 12 pages with 3,450 English words, 1.2 MiB.',
  ],
  [
    { description: 'RTF document', word_count: 1, findings: { text: { pages: 1 } } },
    'RTF document of 1 page with 1 word, 1.2 MiB.',
  ],
  [
    { description: 'PNG image', word_count: null, findings: { image: { width: 4_000, height: 3_000 } } },
    'PNG image of 4,000 × 3,000 pixels, 1.2 MiB.',
  ],
  [{ mime_type: 'application/zip', word_count: null }, 'application/zip, 1.2 MiB.'],
  [
    { description: 'Empty file', word_count: 0, findings: { text: { language: 'xx' } } },
    'Empty file with 0 words, 1.2 MiB.',
  ],
];

for (const [output, sentence] of sentences)
  it(`a file is told in a sentence: ${sentence}`, () =>
    assert.equal(fileSentence(file, output as Json<'Output'>), sentence));

it('and one without a result by its state', () => {
  assert.equal(fileSentence({ ...file, status: 'PENDING' }, undefined), 'A file of 1.2 MiB that waits for a worker.');
  assert.equal(fileSentence({ ...file, status: 'UNKNOWN' }, undefined), 'A file of 1.2 MiB.');
});
