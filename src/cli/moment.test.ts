import assert from 'node:assert/strict';
import { it } from 'node:test';
import { moment } from './moment.ts';

const now = new Date(2026, 2, 1, 15, 30);
const hours = (count: number) => new Date(now.getTime() - count * 3_600_000);

it('understands days, times and how long ago', () => {
  const moments: readonly [text: string, time: Date][] = [
    ['today', new Date(2026, 2, 1)],
    ['yesterday', new Date(2026, 1, 28)],
    [' Yesterday ', new Date(2026, 1, 28)],
    ['30m', hours(0.5)],
    ['2h', hours(2)],
    ['2h ago', hours(2)],
    ['3d', hours(72)],
    ['3d ago', hours(72)],
    ['2026-01-31', new Date(2026, 0, 31)],
    ['2026-01-31T12:00', new Date(2026, 0, 31, 12)],
    ['2026-01-31 12:00:05', new Date(2026, 0, 31, 12, 0, 5)],
    ['2026-01-31T12:00Z', new Date('2026-01-31T12:00:00Z')],
    ['2026-01-31 12:00:05Z', new Date('2026-01-31T12:00:05Z')],
    ['2026-01-31T12:00:05.1234567Z', new Date('2026-01-31T12:00:05.123Z')],
    ['2026-01-31T12:00+02:00', new Date('2026-01-31T10:00:00Z')],
    ['2026-01-31T12:00-0730', new Date('2026-01-31T19:30:00Z')],
    ['2028-02-29', new Date(2028, 1, 29)],
  ];
  for (const [text, time] of moments) assert.equal(moment(text, now).toISOString(), time.toISOString(), text);
});

it('refuses what may mean anything, with examples', () => {
  const wrong = [
    '',
    'last week',
    'tomorrow',
    '2026',
    '30',
    '2026-02-29',
    '2026-02-30',
    '2026-13-01',
    '31.1.2026',
    '12:00',
  ];
  for (const text of [...wrong, '2026-01-31T25:00', '2026-01-31T12:61', '1 week', '-2h', 'h'])
    assert.throws(() => moment(text, now), /Expected a time \(2026-01-31, .*today, yesterday\), .*30m, 2h, 3d/, text);
});
