import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import { createLogger, type Logger } from '../logger.ts';
import * as telemetry from './events.ts';

const logger = createLogger('test', { level: 'silent', format: 'json' });
const refusal = new FilemillError('NAME_INVALID', 'no');
const call = { rpc: 'a.B/C', requestId: 'r', peer: 'p', cancelled: false };
const request = { requestId: 'r', method: 'PUT', path: '/files/a' };
const here = { reason: 'NAME_INVALID', forwarded: false } as const;

/** Each event, its log line, and the series that it counts. */
const events: readonly [series: string, level: string, tell: (logger: Logger) => void][] = [
  ['filemill_calls_total{rpc="a.B/C",outcome="OK"}', 'debug', (log) => telemetry.callAnswered(log, call)],
  [
    'filemill_calls_total{rpc="a.B/C",outcome="NAME_INVALID"}',
    'info',
    (log) => telemetry.callFailed(log, call, refusal, here),
  ],
  [
    'filemill_calls_total{rpc="a.B/D",outcome="NAME_INVALID"}',
    'debug',
    (log) => telemetry.callFailed(log, { ...call, rpc: 'a.B/D' }, refusal, { ...here, forwarded: true }),
  ],
  [
    'filemill_calls_total{rpc="a.B/C",outcome="INTERNAL"}',
    'error',
    (log) => telemetry.callFailed(log, call, new Error('a bug'), { reason: 'INTERNAL', forwarded: false }),
  ],
  [
    'filemill_calls_total{rpc="a.B/C",outcome="CANCELLED"}',
    'debug',
    (log) => telemetry.callFailed(log, { ...call, cancelled: true }, refusal, here),
  ],
  ['filemill_files_refused_total{reason="NAME_INVALID"}', 'info', (log) => telemetry.fileRefused(log, 'r', refusal)],
  [
    'filemill_files_refused_total{reason="INTERNAL"}',
    'error',
    (log) => telemetry.fileRefused(log, 'r', new Error('a')),
  ],
  ['filemill_shared_calls_total{rpc="E"}', 'debug', (log) => telemetry.callShared(log, 'E', 'r', ['s', 't'])],
  [
    'filemill_http_requests_total{method="PUT",status="201"}',
    'debug',
    (log) => telemetry.requestAnswered(log, request, 201),
  ],
  [
    'filemill_http_problems_total{reason="NAME_INVALID"}',
    'debug',
    (log) => telemetry.requestFailed(log, request, refusal, 'NAME_INVALID'),
  ],
];

const ofDuties: typeof events = [
  [
    'filemill_attempts_failed_total{reason="NAME_INVALID"}',
    'warn',
    (log) => telemetry.attemptFailed(log, { id: 'f', attempt: 1 }, refusal),
  ],
  [
    'filemill_findings_failed_total{analyzer="document"}',
    'warn',
    (log) => telemetry.findingFailed(log, { id: 'f' }, { analyzer: 'document', why: 'a bug' }),
  ],
  ['filemill_leases_expired_total', 'warn', (log) => telemetry.leasesRanOut(log, ['f'])],
  ['filemill_incomplete_uploads_given_up_total', 'warn', (log) => telemetry.uploadsGivenUp(log, { uploads: 1 })],
];

for (const [series, level, tell] of [...events, ...ofDuties])
  it(`${series} is counted and logged at ${level}`, () => {
    const lines: [string, { requestId?: string }][] = [];
    const told = (at: string) => (facts: { requestId?: string }) => void lines.push([at, facts]);
    const levels = ['debug', 'info', 'warn', 'error'].map((at) => [at, told(at)]);
    tell({ ...Object.fromEntries(levels), isLevelEnabled: () => true } as Logger);
    assert.deepEqual(
      lines.map(([at]) => at),
      [level],
    );
    if (events.some(([name]) => name === series)) assert.equal(lines[0]?.[1].requestId, 'r');
    const page = telemetry.countedEvents();
    assert.ok(page.includes(`${series} 1`), page.join('\n'));
    assert.ok(page.includes(`# TYPE ${series.replace(/\{.*/, '')} counter`));
    tell(logger);
    assert.ok(telemetry.countedEvents().includes(`${series} 2`));
  });
