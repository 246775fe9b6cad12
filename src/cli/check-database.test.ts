import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkClocks, checkDatabase } from './check-database.ts';

const now = Date.parse('2026-11-29T12:00:00.000Z');
const after = (ms: number) => new Date(now + ms);
const minute = 60_000;
const state = { pooled: false, notified: true, now: after(0).toISOString(), latest_step: null };

const clocks: readonly {
  name: string;
  thisMachine: number;
  upload: number | undefined;
  metadata: number;
  ok: boolean;
  told: RegExp;
  ahead?: Record<string, number>;
}[] = [
  {
    name: 'all agree',
    thisMachine: 900,
    upload: -1_500,
    metadata: 3,
    ok: true,
    told: /agree with PostgreSQL's clock$/,
  },
  {
    name: 'this machine is slow',
    thisMachine: -30 * minute,
    upload: 0,
    metadata: 0,
    ok: false,
    told: /^this machine is 30 min 0 s behind PostgreSQL$/,
  },
  {
    name: 'PostgreSQL stepped ahead of all others',
    thisMachine: -30 * minute,
    upload: -30 * minute,
    metadata: -30 * minute,
    ok: false,
    told: /this machine is .* behind PostgreSQL, upload is .* behind PostgreSQL, metadata is .* behind PostgreSQL/,
  },
  {
    name: 'upload is fast',
    thisMachine: 0,
    upload: 2 * minute,
    metadata: 0,
    ok: false,
    told: /upload is 2 min 0 s ahead/,
  },
  {
    name: 'a difference that does no harm',
    thisMachine: 9_000,
    upload: 0,
    metadata: 0,
    ok: true,
    told: /9\.0 s ahead/,
  },
  {
    name: 'a worker is slow',
    ...{ thisMachine: 0, upload: 0, metadata: 0, ok: false },
    ahead: { 'worker-1': -10 * minute, result: 0 },
    told: /^worker-1 is 10 min 0 s behind PostgreSQL$/,
  },
  { name: 'the time of upload is not known', thisMachine: 0, upload: undefined, metadata: 0, ok: true, told: /agree/ },
];

for (const { name, thisMachine, upload, metadata, ok, told, ahead } of clocks)
  test(`doctor compares clocks: ${name}`, () => {
    const check = checkClocks({
      ...(ahead && { ahead }),
      thisMachine: after(thisMachine),
      upload: upload === undefined ? undefined : after(upload),
      database: { ...state, service_now: after(metadata).toISOString() },
    });
    assert.equal(check.ok, ok);
    assert.match(check.detail, told);
    assert.equal(check.action === null, ok);
  });

for (const [seconds, told] of [
  [1_800, /PostgreSQL's was set ahead by 30 min 0 s and was 2026-11-29T11:50:00.000Z then$/],
  [-1_800, /PostgreSQL's was set back by 30 min 0 s/],
] as const)
  test(`doctor tells of a step by ${seconds} s that was seen`, () => {
    const latest_step = { at: after(-10 * minute).toISOString(), seconds };
    const database = { ...state, service_now: state.now, latest_step };
    assert.match(checkClocks({ thisMachine: after(0), upload: after(0), database }).detail, told);
  });

for (const [pooled, notified, told] of [
  [false, true, /^the metadata service answers from it$/],
  [true, true, /through a pooler$/],
  [true, false, /passes no notifications on.*FILEMILL_DATABASE_LISTEN_URL/],
] as const)
  test(`doctor says how PostgreSQL is reached: pooled ${pooled}, notified ${notified}`, () => {
    assert.match(checkDatabase({ ...state, service_now: state.now, pooled, notified }).detail, told);
  });
