import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { displayWidth } from './display-width.ts';
import { statusLine, transferParts } from './status-line.ts';

const parts = [
  ...transferParts({ done: 3 * 2 ** 20, total: 12 * 2 ** 20, seconds: 2, isMeasured: true }),
  { text: '1,204/3,500 files', rank: 0 },
];
const rows: readonly (readonly [width: number, name: string, line: string])[] = [
  [119, 'x.txt', '███░░░░░░░░░  25 %  3.0 MiB of 12 MiB  1.5 MiB/s  6.0 s left  1,204/3,500 files  x.txt'],
  [
    119,
    `${'report '.repeat(20)}2026.pdf`,
    '███░░░░░░░░░  25 %  3.0 MiB of 12 MiB  1.5 MiB/s  6.0 s left  1,204/3,500 files  report report report repo…ort 2026.pdf',
  ],
  [78, '営業報告書.pdf', '███░░░░░░░░░  25 %  3.0 MiB of 12 MiB  6.0 s left  1,204/3,500 files'],
  [59, 'x.txt', '███░░░░░░░░░  25 %  6.0 s left  1,204/3,500 files  x.txt'],
  [59, '営業報告書（最終版）.pdf', '███░░░░░░░░░  25 %  6.0 s left  1,204/3,500 files'],
  [40, 'x.txt', '25 %  6.0 s left  1,204/3,500 files'],
  [12, 'x.txt', '1,204/3,…les'],
];

describe('a status line', () => {
  for (const [width, name, line] of rows)
    it(`of ${width} columns has room for what matters most`, () => {
      assert.equal(statusLine(parts, name, width), line);
      assert.ok(displayWidth(line) <= width);
    });

  it('never is wider than the terminal', () => {
    for (let width = 1; width < 140; width++)
      for (const name of ['', 'x', '営業報告書（最終版・改訂第三版）.pdf', '👩‍👩‍👧'.repeat(30)])
        assert.ok(displayWidth(statusLine(parts, name, width)) <= width, `${width} ${name}`);
  });
});
