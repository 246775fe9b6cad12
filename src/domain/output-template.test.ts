import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutputData } from './analysis.ts';
import { outputTemplates, storedOutput } from './output-template.ts';

const own = {
  mime_type: 'text/plain',
  word_count: 2,
  line_count: 1,
  character_count: 9,
  sha256: 'ab'.repeat(32),
  size: 9,
};
const plain: OutputData = { ...outputTemplates[1], ...own };

test('an output is stored without what its template says, and whole where it lacks a part of that', () => {
  const { findings: _, ...older } = plain;
  const analyzers = { ...plain.analyzers, mime: '4' };
  const cases: readonly (readonly [string, OutputData, object])[] = [
    ['as most', plain, { template: 1, ...own }],
    ['another charset', { ...plain, charset: null }, { template: 1, ...own, charset: null }],
    [
      'findings',
      { ...plain, findings: { text: { pages: 2 } } },
      { template: 1, ...own, findings: { text: { pages: 2 } } },
    ],
    ['another analyser', { ...plain, analyzers }, { template: 1, ...own, analyzers }],
    ['without findings', older, older],
  ];
  for (const [name, output, stored] of cases) assert.deepEqual(JSON.parse(storedOutput(output)), stored, name);
});
