import assert from 'node:assert/strict';
import { it } from 'node:test';

import { detailView, type FileDetail } from './detail.ts';
import type { Terminal } from './terminal.ts';

const plain = { paint: (_: unknown, text: string) => text, width: Number.POSITIVE_INFINITY } as unknown as Terminal;
const file = { id: 'i', filename: 'f.md', status: 'PENDING', mime_type: '', error: null, attempts: [], sha256: null };

it('shows a size once where it is short, and exactly where it is not', () => {
  const sizes = { 0: '0 bytes', 1: '1 byte', 10: '10 bytes', 1023: '1,023 bytes', 1024: '1,024 bytes (1.0 KiB)' };
  for (const [size, text] of Object.entries(sizes)) {
    const lines = detailView({ ...file, size: Number(size), result: null } as unknown as FileDetail, plain);
    assert.ok(lines.includes(`  size            ${text}`), lines.join('\n'));
  }
});

it('shows what was found below titles, made safe, and wrapped where the terminal is narrow', () => {
  const text = { title: 'The \u001b[2J of a report that is read in bed', pages: 3 };
  const archive = { largest: ['a', 'b'].map((name) => ({ name, size: 1 })) };
  const result = { schema: 3, mime_type: 'a/b', word_count: 2, charset: null, findings: { text, archive }, later: 7 };
  const lines = detailView(
    { ...file, size: 9, result } as unknown as FileDetail,
    {
      ...plain,
      width: 44,
    } as unknown as Terminal,
  );
  assert.deepEqual(lines.slice(3), [
    '  type            a/b',
    '  words           2',
    '  later           7',
    '  size            9 bytes',
    '  created         –',
    '  updated         –',
    '  Document',
    '    title         The \\u001b[2J of a report',
    '                  that is read in bed',
    '    pages         3',
    '  Archive',
    '    largest files 1 B: a',
    '                  1 B: b',
  ]);
});
