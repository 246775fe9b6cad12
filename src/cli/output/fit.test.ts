import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { fileToJson } from '#contract/json.ts';
import { FileSchema } from '#gen/filemill/v1/file_pb.ts';
import { cutText, displayWidth } from './display-width.ts';
import { changeTable, type FileLine, listTable, receiptTable, resultTable } from './file-line.ts';
import type { Terminal } from './terminal.ts';
import { recordWriter } from './writer.ts';

const plain = line({});
const files: readonly FileLine[] = [
  plain,
  line({ filename: '二〇二六年度第一四半期の営業報告書（最終版・改訂第三版）.pdf' }),
  line({
    filename: `${'👩‍👩‍👧'.repeat(40)}.png`,
    mime_type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  }),
  line({
    path: `${'very/deep/'.repeat(20)}name.txt`,
    size: 2 ** 41,
    result: { ...plain.result, word_count: 123_456 } as never,
  }),
  line({
    status: 'FAILED',
    result: null,
    completed_at: null,
    error: { code: 'analyzer_timeout', message: `分析 ran past its deadline. ${'It is long. '.repeat(30)}` },
  }),
  line({ id: null, status: null, result: null, created_at: null, updated_at: null, completed_at: null, size: null }),
];

describe('rows fit a terminal', () => {
  for (const [name, table] of Object.entries({ listTable, resultTable, receiptTable, changeTable }))
    for (const columns of [58, 60, 79, 80, 100, 132, 200])
      it(`of ${columns} columns: ${name}`, async () => {
        const lines = await printed(columns, (terminal) => recordWriter(terminal, 'table', table));
        for (const line of lines) assert.ok(displayWidth(line) <= columns, `${displayWidth(line)}: ${line}`);
        for (const { id } of files) assert.ok(id === null || lines.some((line) => line.includes(id)));
        const reason = table === receiptTable ? 0 : 1;
        assert.equal(lines.filter((line) => /^ {2}analyzer_timeout: 分析 ran/.test(line)).length, reason);
      });

  it('and are one line each, with nothing cut, where there is no terminal', async () => {
    for (const table of [listTable, resultTable, changeTable]) {
      const lines = await printed(Number.POSITIVE_INFINITY, (terminal) => recordWriter(terminal, 'table', table));
      assert.equal(lines.length, files.length + (table === listTable ? 1 : 0));
      for (const file of files) assert.ok(lines.some((line) => line.includes(file.path || file.filename)));
      assert.ok(lines.some((line) => line.includes(String(files[4]?.error?.message).trim())));
    }
  });
});

it('cuts text in its middle, by the columns it takes', () => {
  const cuts: readonly [text: string, width: number, cut: string][] = [
    ['short', 5, 'short'],
    ['report-of-2026.pdf', 12, 'report-o…pdf'],
    ['営業報告書.pdf', 14, '営業報告書.pdf'],
    ['営業報告書.pdf', 10, '営業報…pdf'],
    ['👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 5, '👩‍👩‍👧👩‍👩‍👧…'],
    ['anything', 1, '…'],
  ];
  for (const [text, width, cut] of cuts) {
    assert.equal(cutText(text, width), cut);
    assert.ok(displayWidth(cutText(text, width)) <= width);
  }
});

async function printed(width: number, open: (terminal: Terminal) => ReturnType<typeof recordWriter<FileLine>>) {
  const lines: string[] = [];
  const terminal = {
    width,
    quiet: false,
    print: (line: string) => lines.push(line),
    paint: (_: string, text: string) => text,
  };
  const writer = await open(terminal as unknown as Terminal);
  for (const file of files) writer.write(file);
  writer.end();
  return lines;
}

function line(more: Partial<FileLine>): FileLine {
  const at = '2026-11-29T11:09:23.123Z';
  return {
    ...fileToJson(create(FileSchema)),
    id: '01a226fe-c451-7d90-900c-28bdcefdb093',
    filename: 'note.txt',
    path: '',
    size: 10,
    mime_type: 'text/plain',
    status: 'COMPLETED',
    attempt: 1,
    max_attempts: 3,
    created_at: at,
    updated_at: at,
    completed_at: at,
    sha256: 'ab'.repeat(32),
    error: null,
    result: { word_count: 7 } as never,
    ...more,
  };
}
