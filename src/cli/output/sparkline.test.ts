import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sparkline } from './sparkline.ts';

const lines = [
  { name: 'from nothing to the largest', values: [0, 1, 2, 3, 4, 5, 6, 7], line: '▁▂▃▄▅▆▇█' },
  { name: 'nothing at all', values: [0, 0, 0], line: '▁▁▁' },
  { name: 'little beside much', values: [0, 1, 10_000], line: '▁▂█' },
  { name: 'unknown values', values: [null, 1, null], line: ' █ ' },
  { name: 'more values than there is room for', values: [0, 9, 0, 0, 0, 0, 1, null], width: 4, line: '█▁▁▂' },
  { name: 'no values', values: [], line: '' },
];

for (const { name, values, width = 10, line } of lines)
  test(`a sparkline shows ${name}`, () => assert.equal(sparkline(values, width), line));
