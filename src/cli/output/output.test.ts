import assert from 'node:assert/strict';
import { it } from 'node:test';
import { displayWidth } from './display-width.ts';
import { formatBytes, formatDuration, plural, printable } from './printable.ts';
import { tableRows, tableWithTitles } from './table.ts';

it('shows what a terminal would obey', () => {
  assert.equal(printable('a\u001b[2J\r\nb\u202ec\u009b'), 'a\\u001b[2J\\u000d\\u000ab\\u202ec\\u009b');
  assert.equal(printable('שלום, 日本 é'), 'שלום, 日本 é');
  assert.equal(printable('a\nb\u0007', { keepNewlines: true }), 'a\nb\\u0007');
});

it('writes sizes, times and counts for people', () => {
  assert.deepEqual([0, 1, 1023, 1024, 1536, 5 * 2 ** 30, 3 * 2 ** 50].map(formatBytes), [
    '0 B',
    '1 B',
    '1023 B',
    '1.0 KiB',
    '1.5 KiB',
    '5.0 GiB',
    '3072 TiB',
  ]);
  assert.deepEqual([0, 14.2, 2_500, 200_000].map(formatDuration), ['0 ms', '14 ms', '2.5 s', '3 min 20 s']);
  assert.deepEqual([plural(1, 'file'), plural(12_345, 'file')], ['1 file', '12,345 files']);
});

it('measures text by the columns it takes', () => {
  assert.deepEqual(['abc', 'é', 'e\u0301', '日本', '👩‍👩‍👧'].map(displayWidth), [3, 1, 1, 4, 2]);
});

it('aligns rows by their widest cells', () => {
  const rows = [
    { name: '日本', size: '5' },
    { name: 'abcdef', size: '123' },
  ];
  const columns = [
    { title: 'N', cell: (row: (typeof rows)[number]) => row.name },
    { title: 'SIZE', align: 'right' as const, cell: (row: (typeof rows)[number]) => row.size },
  ];
  assert.deepEqual(tableRows(rows, columns), ['日本      5', 'abcdef  123']);
  assert.deepEqual(tableWithTitles(rows, columns), ['N       SIZE', '日本       5', 'abcdef   123']);
});
