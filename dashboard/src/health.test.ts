import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { healthOf } from './health.ts';

const worker = {
  name: 'w',
  started_at: null,
  seen_at: null,
  slots: 1,
  busy: 0,
  source: 'redis',
  state: 'WORKING',
} as const;
const well = {
  lost: false,
  ready: { ready: true, missing: [], degraded: [] },
  now: { statuses: { COMPLETED: { files: 3, bytes: 9 } }, workers: [worker] },
  out: 0,
} as const;
const part = { part: 'redis', service: 'upload', detail: 'Redis is away.' };

describe('the health of Filemill in a sentence', () => {
  const cases = [
    ['all is well', well, 'good', 'All is well', '3 files analysed, none waits'],
    [
      'there is work',
      { ...well, now: { ...well.now, statuses: { PENDING: { files: 1_200, bytes: 1 } } }, out: 10 },
      ...(['good', 'It works', '0 files analysed, 1,200 to do, about 2 min 0 s at this rate'] as const),
    ],
    [
      'files failed',
      { ...well, now: { ...well.now, statuses: { FAILED: { files: 2, bytes: 1 } } } },
      ...(['good', 'All is well', '0 files analysed, none waits, 2 failed'] as const),
    ],
    [
      'it does not answer',
      { ...well, lost: true },
      'bad',
      'The server does not answer',
      '3 files analysed, none waits',
    ],
    [
      'no worker is alive',
      { ...well, now: { ...well.now, workers: [] } },
      ...(['bad', 'No worker is alive: files wait', '3 files analysed, none waits'] as const),
    ],
    [
      'a part is missing',
      { ...well, ready: { ready: false, missing: [part], degraded: [] } },
      ...(['bad', 'Files cannot be taken in or analysed now', '3 files analysed, none waits'] as const),
    ],
    [
      'Redis is away',
      { ...well, ready: { ready: true, missing: [], degraded: [part] } },
      ...(['wait', 'It works, more slowly than it could', '3 files analysed, none waits'] as const),
    ],
  ] as const;
  for (const [what, known, tone, sentence, detail] of cases)
    it(`when ${what}`, () => assert.deepEqual(healthOf(known), { tone, sentence, detail }));
});
