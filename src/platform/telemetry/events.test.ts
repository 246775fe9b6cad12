import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import { measureAll } from '#test/support/measure-all.ts';
import { createLogger, type Logger } from '../logger.ts';
import * as telemetry from './events.ts';

const logger = createLogger('test', { level: 'silent', format: 'json' });
const refusal = new FilemillError('NAME_INVALID', 'no');
const call = { rpc: 'a.B/C', requestId: 'r', peer: 'p', cancelled: false, seconds: 0.1 };
const request = { requestId: 'r', method: 'PUT', path: '/files/a' };
const here = { reason: 'NAME_INVALID', forwarded: false, served: true } as const;
const page = measureAll();
const rpc = 'rpc_server_call_duration_seconds_count';
const http = 'http_server_request_duration_seconds_count';

/** Each event, its log line, and the series that it counts. */
const events: readonly [series: string, level: string, tell: (logger: Logger) => void][] = [
  [`${rpc}{rpc_method="a.B/C"}`, 'debug', (log) => telemetry.callAnswered(log, call)],
  [
    `${rpc}{rpc_method="a.B/C",error_type="NAME_INVALID"}`,
    'info',
    (log) => telemetry.callFailed(log, call, refusal, here),
  ],
  [
    `${rpc}{rpc_method="a.B/D",error_type="NAME_INVALID"}`,
    'debug',
    (log) => telemetry.callFailed(log, { ...call, rpc: 'a.B/D' }, refusal, { ...here, forwarded: true }),
  ],
  [
    `${rpc}{rpc_method="a.B/C",error_type="INTERNAL"}`,
    'error',
    (log) => telemetry.callFailed(log, call, new Error('a bug'), { ...here, reason: 'INTERNAL' }),
  ],
  [
    `${rpc}{rpc_method="a.B/C",error_type="CANCELLED"}`,
    'debug',
    (log) => telemetry.callFailed(log, { ...call, cancelled: true }, refusal, here),
  ],
  [
    `${rpc}{rpc_method="_OTHER",error_type="NAME_INVALID"}`,
    'info',
    (log) => telemetry.callFailed(log, { ...call, rpc: 'made/Up' }, refusal, { ...here, served: false }),
  ],
  ['filemill_files_refused_total{reason="NAME_INVALID"}', 'info', (log) => telemetry.fileRefused(log, 'r', refusal)],
  [
    'filemill_files_refused_total{reason="INTERNAL"}',
    'error',
    (log) => telemetry.fileRefused(log, 'r', new Error('a')),
  ],
  ['filemill_shared_calls_total{rpc_method="E"}', 'debug', (log) => telemetry.callShared(log, 'E', 'r', ['s', 't'])],
  [
    `${http}{http_request_method="PUT",http_response_status_code="201",http_route="/files/:name"}`,
    'debug',
    (log) => telemetry.requestAnswered(log, request, { route: '/files/:name', status: 201, seconds: 0.1 }),
  ],
  [
    'filemill_http_problems_total{reason="NAME_INVALID"}',
    'debug',
    (log) => telemetry.requestFailed(log, request, refusal, 'NAME_INVALID'),
  ],
];

const file = { id: 'f', requestId: 'r', traceparent: null, filename: 'n', size: 1, attempt: 1 };

const ofDuties: typeof events = [
  [
    'filemill_files_accepted_total',
    'info',
    (log) => telemetry.filesAccepted(log, [{ ...file, tenant: 'default', beganAt: 0 }]),
  ],
  [
    'filemill_attempts_failed_total{reason="NAME_INVALID"}',
    'info',
    (log) => telemetry.attemptFailed(log, file, 'w', refusal),
  ],
  [
    'filemill_findings_failed_total{analyzer="document"}',
    'warn',
    (log) => telemetry.findingFailed(log, file, { analyzer: 'document', why: 'a bug' }),
  ],
  [
    'filemill_webhook_messages_total{event="file.failed",outcome="failed"}',
    'debug',
    (log) => telemetry.webhookAnswered(log, 'w', 'file.failed', { status: 500, error: '500' }),
  ],
  [
    'filemill_webhook_pauses_total',
    'warn',
    (log) => telemetry.webhookPaused(log, 'w', { failures: 10, pauseMs: 1_000, failure: '500' }),
  ],
  ['filemill_webhooks_disabled_total', 'warn', (log) => telemetry.webhookDisabled(log, 'w', '410')],
  ['filemill_leases_expired_total', 'warn', (log) => telemetry.leasesRanOut(log, [{ id: 'f', worker: 'w' }])],
  ['filemill_incomplete_uploads_given_up_total', 'warn', (log) => telemetry.uploadsGivenUp(log, { uploads: 1 })],
];

for (const [series, level, tell] of [...events, ...ofDuties])
  it(`${series} is counted and logged at ${level}`, async () => {
    const lines: [string, { requestId?: string }][] = [];
    const told = (at: string) => (facts: { requestId?: string }) => void lines.push([at, facts]);
    const levels = ['debug', 'info', 'warn', 'error'].map((at) => [at, told(at)]);
    tell({ ...Object.fromEntries(levels), isLevelEnabled: () => true } as Logger);
    assert.deepEqual(
      lines.map(([at]) => at),
      [level],
    );
    if (events.some(([name]) => name === series)) assert.equal(lines[0]?.[1].requestId, 'r');
    const counted = await page();
    assert.ok(counted.includes(`${series} 1`), counted.join('\n'));
    tell(logger);
    assert.ok((await page()).includes(`${series} 2`));
  });
