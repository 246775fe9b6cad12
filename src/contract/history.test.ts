import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { nothingHappened } from '#domain/history.ts';
import { GetHistoryResponseSchema, HistoryPointSchema, HistoryStep } from '#gen/filemill/v1/metadata_service_pb.ts';
import { historyPointToMessage, historyRange, historyToJson } from './history.ts';

const now = new Date('2026-11-30T12:34:56.789Z');

const ranges = [
  {
    name: 'the last hour by default',
    asked: {},
    from: '2026-11-30T11:34:00Z',
    to: '2026-11-30T12:35:00Z',
    step: 'minute',
  },
  {
    name: 'minutes of six hours',
    asked: { from: '2026-11-30T06:34:57Z' },
    ...{ from: '2026-11-30T06:34:00Z', to: '2026-11-30T12:35:00Z', step: 'minute' },
  },
  {
    name: 'hours of two weeks, from the hour that holds the first time',
    asked: { from: '2026-11-17T06:59:59Z' },
    ...{ from: '2026-11-17T06:00:00Z', to: '2026-11-30T13:00:00Z', step: 'hour' },
  },
  {
    name: 'days of a year',
    asked: { from: '2025-11-30T12:00:00Z' },
    ...{ from: '2025-11-30T00:00:00Z', to: '2026-12-01T00:00:00Z', step: 'day' },
  },
  {
    name: 'a week before a time',
    asked: { to: '2026-11-20T00:00:00Z', step: HistoryStep.HOUR },
    ...{ from: '2026-11-13T00:00:00Z', to: '2026-11-20T00:00:00Z', step: 'hour' },
  },
  {
    name: 'no step that has not begun',
    asked: { from: '2026-11-30T12:30:00Z', to: '2030-01-01T00:00:00Z', step: HistoryStep.MINUTE },
    ...{ from: '2026-11-30T12:30:00Z', to: '2026-11-30T12:35:00Z', step: 'minute' },
  },
  {
    name: 'one step of the future',
    asked: { from: '2027-01-01T00:00:30Z', to: '2030-01-01T00:00:00Z', step: HistoryStep.MINUTE },
    ...{ from: '2027-01-01T00:00:00Z', to: '2027-01-01T00:01:00Z', step: 'minute' },
  },
];

function request({ from, to, step = HistoryStep.UNSPECIFIED }: { from?: string; to?: string; step?: HistoryStep }) {
  return {
    step,
    ...(from && { from: timestampFromDate(new Date(from)) }),
    ...(to && { to: timestampFromDate(new Date(to)) }),
  } as Parameters<typeof historyRange>[0];
}

for (const { name, asked, from, to, step } of ranges)
  test(`a request for history means ${name}`, () => {
    assert.deepEqual(historyRange(request(asked), now), { step, from: new Date(from), to: new Date(to) });
  });

const refused = [
  { name: 'that ends before it begins', asked: { from: '2026-11-30T12:00:00Z', to: '2026-11-30T11:00:00Z' } },
  { name: 'that begins in the future, up to now', asked: { from: '2026-12-30T12:00:00Z' } },
  { name: 'of too many steps', asked: { from: '2026-11-20T12:00:00Z', step: HistoryStep.MINUTE } },
  { name: 'of steps that there are not', asked: { step: 9 as HistoryStep } },
];

for (const { name, asked } of refused)
  test(`a range of history ${name} is refused`, () => {
    assert.throws(() => historyRange(request(asked), now), { reason: 'REQUEST_INVALID' });
  });

test('a step tells how much of it is over, and its failures, the most frequent first', () => {
  const at = new Date('2026-11-30T12:34:00Z');
  const told = { ...nothingHappened, at, completed: 2, waits: { 0: 2 }, failed: { rare: 1, common: 5 }, backlog: null };
  const points = [historyPointToMessage(told, 'minute', now)].map((point) => create(HistoryPointSchema, point));
  const { points: json, step } = historyToJson(create(GetHistoryResponseSchema, { step: HistoryStep.MINUTE, points }));
  assert.equal(step, 'minute');
  assert.deepEqual(json, [
    {
      ...{ at: '2026-11-30T12:34:00.000Z', seconds: 56.789 },
      ...{ accepted: 0, accepted_bytes: 0, completed: 2, completed_bytes: 0, failed: 6 },
      errors: [
        { code: 'common', files: 5 },
        { code: 'rare', files: 1 },
      ],
      wait_seconds: { p50: 0.0005, p95: 0.00095 },
      ...{ total_seconds: null, backlog: null },
    },
  ]);
});
