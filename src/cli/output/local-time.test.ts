import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { moment } from '../moment.ts';
import { localClock, localMinute, localTime } from './local-time.ts';

const zone = process.env.TZ;
after(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const at = '2026-07-01T11:09:23.987Z';
const rows: readonly (readonly [zone: string, time: string, minute: string, clock: string])[] = [
  ['UTC', '2026-07-01 11:09:23Z', '2026-07-01 11:09Z', '11:09:23.987Z'],
  ['Europe/Berlin', '2026-07-01 13:09:23+02', '2026-07-01 13:09+02', '13:09:23.987+02'],
  ['Asia/Kolkata', '2026-07-01 16:39:23+05:30', '2026-07-01 16:39+05:30', '16:39:23.987+05:30'],
  ['America/St_Johns', '2026-07-01 08:39:23-02:30', '2026-07-01 08:39-02:30', '08:39:23.987-02:30'],
];
for (const [name, time, minute, clock] of rows)
  it(`tells times as they are in ${name}, so that --since takes them`, () => {
    process.env.TZ = name;
    assert.deepEqual([localTime(at), localMinute(at), localClock(at)], [time, minute, clock]);
    assert.equal(moment(localTime(at)).toISOString(), '2026-07-01T11:09:23.000Z');
    assert.equal(localTime(null), '');
  });
