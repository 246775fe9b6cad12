import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { costPerMillion, PricesSchema } from '../../bench/sizing/cost.ts';
import { cpuMicros, demandOf, parts } from '../../bench/sizing/demand.ts';
import { MeasuredSchema, type Point } from '../../bench/sizing/measured.ts';
import { objectRequests } from '../../bench/sizing/object-requests.ts';
import { planFor } from '../../bench/sizing/plan.ts';
import { readTrace } from '../../bench/sizing/trace.ts';

const sizing = join(import.meta.dirname, '../../bench/sizing');
const measured = MeasuredSchema.parse(JSON.parse(readFileSync(join(sizing, 'measured.json'), 'utf8')));

const idle = (part: string) => measured.idleCores[part] ?? 0;
const totalOf = (of: (part: (typeof parts)[number]) => number) => parts.reduce((sum, part) => sum + of(part), 0);

describe('What was measured at two sizes', () => {
  for (const bytes of [16 * 1024, 256 * 1024])
    it(`follows from the other sizes: ${bytes} bytes`, () => {
      const point = measured.points.find((one) => one.bytes === bytes) as Point;
      const others = { ...measured, points: measured.points.filter((one) => one !== point) };
      const foretold = totalOf((part) => cpuMicros(others, part, bytes));
      const found = totalOf((part) => point.cpuMicros[part] ?? 0);
      assert.ok(foretold / found > 0.7 && foretold / found < 1.4, `${foretold} µs foretold, ${found} µs measured`);
    });

  it('is what the simulator says at these sizes', () => {
    for (const { bytes, filesPerSecond, cpuMicros: used } of measured.points) {
      const { cores } = demandOf(measured, [{ filesPerSecond, bytes }]);
      for (const part of parts)
        assert.ok(Math.abs(cores[part] - idle(part) - (filesPerSecond * (used[part] ?? 0)) / 1e6) < 1e-6);
    }
  });
});

describe('A trace', () => {
  for (const [what, text, intervals] of [
    ['of one row is a day', 'minute,files_per_second,bytes\n0,10,4096\n', [[0, 86_400, 1]]],
    [
      'adds up rows of one minute',
      'minute,files_per_second,bytes\n0,1,1\n0,2,9\n30,1,1\n',
      [
        [0, 1_800, 2],
        [30, 1_800, 1],
      ],
    ],
    [
      'may be JSON',
      '[{"minute":0,"files_per_second":1,"bytes":1},{"minute":5,"files_per_second":0,"bytes":1}]',
      [
        [0, 300, 1],
        [5, 300, 1],
      ],
    ],
    ['may have comments', '# a week\nminute, files_per_second, bytes\n0, 1, 1\n', [[0, 86_400, 1]]],
  ] as const)
    it(what, () =>
      assert.deepEqual(
        readTrace(text).map(({ minute, seconds, arrivals }) => [minute, seconds, arrivals.length]),
        intervals,
      ),
    );

  for (const [text, message] of [
    ['', /no rows/],
    ['minute,files_per_second,bytes\n0,1\n', /3 columns, and this row has 2/],
    ['minute,files_per_second,bytes\n0,many,1\n', /Row 1/],
    ['minute,files,bytes\n0,1,1\n', /files_per_second/],
  ] as const)
    it(`is refused with a reason: ${JSON.stringify(text)}`, () => assert.throws(() => readTrace(text), { message }));
});

describe('A plan', () => {
  const planOf = (csv: string, given = {}) =>
    planFor(measured, readTrace(`minute,files_per_second,bytes\n${csv}`), given);

  it('is made for the busiest interval, and counts the files of all', () => {
    const plan = planOf('0,100,4096\n720,10000,4096\n');
    assert.equal(plan.files, 43_200 * 10_100);
    assert.equal(plan.peak.files, 10_000);
    const cores = plan.peak.cores.upload;
    assert.equal(plan.counts.upload, Math.max(2, Math.ceil(cores / 0.7)));
  });

  it('has replicas enough when next to nothing comes', () => {
    const { counts, peak } = planOf('0,1,4096\n');
    assert.deepEqual(counts, { upload: 2, metadata: 2, worker: 2, result: 2, postgres: 1, redis: 1 });
    // A create, a claim and a result each sync, and a few pages are written.
    assert.ok(peak.postgresIops >= 3 && peak.postgresIops < 10, `${peak.postgresIops}`);
  });

  it('asks for ten times as much for ten times as many', () => {
    const [one, ten] = [planOf('0,20000,4096\n'), planOf('0,200000,4096\n')];
    for (const part of parts)
      assert.ok(Math.abs((ten.peak.cores[part] - idle(part)) / (one.peak.cores[part] - idle(part)) - 10) < 1e-9);
    assert.ok(ten.peak.postgresIops <= 10 * one.peak.postgresIops);
  });
});

describe('Requests to an object store', () => {
  for (const [csv, processes, writes, reads] of [
    // Each alone, as the next comes when its PUT is over.
    ['0,1,4096', 2, 2 * 86_400, 86_400],
    // 2 processes with a PUT of 50 ms make 40 segments a second.
    ['0,9000,4096', 2, 2 * 40 * 86_400, 40 * 86_400],
    // A segment holds 4 MiB.
    ['0,20000,32768', 1, 2 * 156.25 * 86_400, 156.25 * 86_400],
    ['0,1,1048576', 2, 86_400, 86_400],
    // 13 parts, and two requests around them.
    ['0,1,104857600', 2, 15 * 86_400, 100 * 86_400],
  ] as const)
    it(`of ${csv}`, () => {
      const trace = readTrace(`minute,files_per_second,bytes\n${csv}\n`);
      assert.deepEqual(objectRequests(trace, { processes, putSeconds: 0.05 }), { writes, reads });
    });
});

it('a million files cost what their parts cost', () => {
  const plan = planFor(measured, readTrace('minute,files_per_second,bytes\n0,100,1048576\n'));
  const prices = PricesSchema.parse({ currency: '€', coreHour: 1, writesPer1000: 2, bytesGibMonth: 3, keptDays: 15 });
  const cost = costPerMillion(plan, prices, 2);
  const millions = plan.files / 1e6;
  const { upload, metadata, worker, result, redis } = plan.counts;
  assert.ok(
    Math.abs((cost.services ?? 0) - ((upload + metadata + 2 * worker + result + redis) * 24) / millions) < 1e-6,
  );
  // One PUT each, and half a month of a MiB each.
  assert.ok(Math.abs((cost.requests ?? 0) - 2_000) < 1e-6);
  assert.ok(Math.abs((cost['bytes kept'] ?? 0) - (1e6 / 1_024) * 1.5) < 1e-6);
  assert.equal(cost['PostgreSQL, cores'], 0);
});

it('the command prints a plan, and says what is wrong', () => {
  const run = (...given: string[]) =>
    spawnSync(process.execPath, [join(sizing, 'main.ts'), ...given], { encoding: 'utf8' });
  const { stdout, status } = run(
    '--trace',
    join(sizing, 'examples/day.csv'),
    '--prices',
    join(sizing, 'examples/prices.json'),
  );
  assert.equal(status, 0);
  assert.match(stdout, /\| worker \| [\d.]+ \| \d+ \|/);
  assert.match(stdout, /A million files cost [\d.]+/);
  const without = run();
  assert.deepEqual(
    [without.status, without.stderr],
    [2, '--trace FILE is missing: see docs/how-to/size-a-cluster.md.\n'],
  );
});
