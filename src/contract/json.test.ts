import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { FileSchema, FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { GetStatsResponseSchema } from '#gen/filemill/v1/metadata_service_pb.ts';
import { ResultSchema } from '#gen/filemill/v1/result_service_pb.ts';
import { fileStateToJson, fileToJson, resultToJson, statsToJson } from './json.ts';

const at = timestampFromDate(new Date('2026-03-01T10:20:30.456Z'));
const file = create(FileSchema, {
  id: '019aaf00-0000-7000-8000-000000000001',
  filename: 'שלום.txt',
  path: 'letters/שלום.txt',
  size: 5_368_709_120n,
  mimeType: 'text/plain',
  status: FileStatus.COMPLETED,
  attempt: 1,
  maxAttempts: 3,
  createdAt: at,
  updatedAt: at,
  completedAt: at,
  sha256: 'ab'.repeat(32),
  requestId: 'order-7',
});
const output = {
  schema: 1,
  mime_type: 'text/plain',
  word_count: null,
  sha256: 'ab'.repeat(32),
  size: 5,
  analyzers: {},
};
const result = create(ResultSchema, {
  id: '019aaf00-0000-7000-8000-000000000002',
  fileId: file.id,
  createdAt: at,
  filename: file.filename,
  path: file.path,
  outputJson: JSON.stringify(output),
});

test('a completed file is plain JSON: numbers, RFC 3339 times, a status without prefix', () => {
  assert.deepEqual(fileToJson(file, result), {
    id: file.id,
    filename: 'שלום.txt',
    path: 'letters/שלום.txt',
    size: 5_368_709_120,
    mime_type: 'text/plain',
    status: 'COMPLETED',
    attempt: 1,
    max_attempts: 3,
    created_at: '2026-03-01T10:20:30.456Z',
    updated_at: '2026-03-01T10:20:30.456Z',
    completed_at: '2026-03-01T10:20:30.456Z',
    sha256: 'ab'.repeat(32),
    request_id: 'order-7',
    tenant: 'default',
    bytes_expired_at: null,
    batch: null,
    priority: 'normal',
    error: null,
    result: output,
  });
});

test('what is not known is null, and a failure carries its reason', () => {
  const failed = create(FileSchema, {
    status: FileStatus.FAILED,
    error: { code: 'analyzer_timeout', message: 'took too long' },
  });
  const json = fileToJson(failed);
  assert.equal(json.status, 'FAILED');
  assert.deepEqual(json.error, { code: 'analyzer_timeout', message: 'took too long' });
  assert.equal(json.sha256, null);
  assert.equal(json.completed_at, null);
  assert.equal(json.result, null);
});

test('a file in a list says nothing of results', () => {
  assert.ok(!('result' in fileStateToJson(file)));
});

test('a status of a newer server is UNKNOWN, not a crash', () => {
  assert.equal(fileStateToJson(create(FileSchema, { status: 99 as FileStatus })).status, 'UNKNOWN');
});

test('a result carries the whole finding as an object', () => {
  assert.deepEqual(resultToJson(result), {
    id: result.id,
    file_id: file.id,
    created_at: '2026-03-01T10:20:30.456Z',
    filename: 'שלום.txt',
    path: 'letters/שלום.txt',
    output,
  });
});

test('statistics are keyed by status', () => {
  const stats = create(GetStatsResponseSchema, {
    statuses: [{ status: FileStatus.PENDING, files: 2n, bytes: 30n }],
    errors: [{ code: 'blob_missing', files: 1n }],
    oldestPendingSeconds: 1.5,
    workers: [{ name: 'w1', startedAt: at, seenAt: at, slots: 2, busy: 1, source: 'direct' }],
    wait: { p50Seconds: 0.5, p95Seconds: 2 },
    database: { pooled: true, notified: false, now: at, serviceNow: at, latestStep: { at, seconds: -1_800 } },
  });
  assert.deepEqual(statsToJson(stats), {
    statuses: { PENDING: { files: 2, bytes: 30 } },
    errors: [{ code: 'blob_missing', files: 1 }],
    oldest_pending_seconds: 1.5,
    workers: [
      {
        name: 'w1',
        started_at: '2026-03-01T10:20:30.456Z',
        seen_at: '2026-03-01T10:20:30.456Z',
        slots: 2,
        busy: 1,
        source: 'direct',
        state: 'WORKING',
      },
    ],
    wait_seconds: { p50: 0.5, p95: 2 },
    processing_seconds: null,
    database: {
      pooled: true,
      notified: false,
      now: '2026-03-01T10:20:30.456Z',
      service_now: '2026-03-01T10:20:30.456Z',
      latest_step: { at: '2026-03-01T10:20:30.456Z', seconds: -1_800 },
    },
  });
});
