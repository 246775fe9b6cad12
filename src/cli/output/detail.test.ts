import assert from 'node:assert/strict';
import { it } from 'node:test';

import { detailView, type FileDetail } from './detail.ts';
import type { Terminal } from './terminal.ts';

const plain = { paint: (_: unknown, text: string) => text } as unknown as Terminal;

it('shows a size once where it is short, and exactly where it is not', () => {
  const sizes = { 0: '0 bytes', 1: '1 byte', 10: '10 bytes', 1023: '1,023 bytes', 1024: '1,024 bytes (1.0 KiB)' };
  for (const [size, text] of Object.entries(sizes)) {
    const file = { id: 'i', filename: 'f', status: 'PENDING', mime_type: '', error: null, result: null, attempts: [] };
    const lines = detailView({ ...file, size: Number(size) } as unknown as FileDetail, plain);
    assert.ok(lines.includes(`  size            ${text}`), lines.join('\n'));
  }
});
