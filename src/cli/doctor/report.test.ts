import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServiceJson } from '#contract/services.ts';
import type { Check } from '../check.ts';
import { displayWidth } from '../output/display-width.ts';
import { Terminal } from '../output/terminal.ts';
import { adviceFor } from './advice.ts';
import { reportLines } from './report.ts';
import { checkRoom, checkServices } from './services.ts';

const terminal = new Terminal({ color: false, env: { COLUMNS: '80' } });

const fine: Check = { name: 'Node', ok: true, detail: 'v26', action: null };
const broken: Check = {
  name: 'PostgreSQL',
  ok: false,
  detail: `upload, metadata, 2 workers: ${'PostgreSQL refuses connections, which lasts '.repeat(3)}`.trim(),
  action: `See \`docker compose logs --tail 50 metadata\`. ${'Read it well. '.repeat(8)}`.trim(),
};
const improvable: Check = { name: 'Links', ok: true, detail: 'in clear text', action: 'Set up TLS.' };

describe('The report of doctor', () => {
  it('fits a terminal of 80 columns, and says everything', () => {
    const lines = reportLines([fine, broken, improvable], terminal);
    for (const line of lines) assert.ok(displayWidth(line) <= 80, line);
    const told = lines.join(' ').replaceAll(/\s+/g, ' ');
    for (const { detail, action } of [broken, improvable])
      assert.ok(told.includes(detail) && told.includes(action ?? ''));
    assert.match(lines[1] ?? '', /^✖ PostgreSQL {2}upload/);
    assert.equal(lines.at(-1), '1 thing to repair: PostgreSQL.');
  });

  it('concludes that all is well, or what could be better', () => {
    assert.equal(reportLines([fine], terminal).at(-1), 'Everything is in order.');
    assert.equal(reportLines([fine, improvable], terminal).at(-1), 'Everything works. To improve: Links.');
  });
});

function service(fields: Partial<ServiceJson>): ServiceJson {
  const known = { service: 'upload', instance: '', version: '0.0.1', unknown_settings: [] };
  return { ...known, started_by: 'up', now: null, clock_ahead_seconds: null, figures: null, ...fields };
}

const starts = {
  up: [/\.filemill\/logs\/metadata\.log/, /\.filemill\/logs\/worker-1\.log/, 'started by `filemill up`'],
  container: [/docker compose logs .*metadata/, /docker compose up --detach worker/, 'started by a container engine'],
  kubernetes: [/kubectl .*logs .*name=metadata/, /kubectl .*describe pods .*name=worker/, 'started by Kubernetes'],
  hand: [/log of metadata/, /node src\/services\/worker/, 'started by hand'],
  '': [/log of metadata/, /npx filemill up/, ''],
} as const;

for (const [way, [logs, worker, started]] of Object.entries(starts))
  it(`advice fits a server that was started by ${way || 'something unknown'}`, () => {
    const advice = adviceFor([service({ started_by: way })], undefined);
    assert.match(advice.logsOf('metadata'), logs);
    assert.match(advice.noWorker, worker);
    assert.equal(advice.started, started);
  });

it('services of several versions are told apart', () => {
  const services = [service({}), service({ service: 'worker', instance: 'w', version: '0.0.2' })];
  const [check] = checkServices(services, adviceFor(services, undefined));
  assert.match(check?.detail ?? '', /^upload of version 0\.0\.1; 1 worker of version 0\.0\.2, started by/);
  assert.match(check?.action ?? '', /Finish the upgrade/);
});

it('a setting of a service that nothing reads is a fault', () => {
  const services = [service({ unknown_settings: ['FILEMILL_X is not a setting'] })];
  const [, check] = checkServices(services, adviceFor(services, undefined));
  assert.deepEqual([check?.ok, check?.detail], [false, 'of upload: FILEMILL_X is not a setting']);
});

const gib = 2 ** 30;
const rooms = [
  { name: 'has room', free: 50, ok: true, acts: false },
  { name: 'will soon be full', free: 9, ok: true, acts: true },
  { name: 'is near its reserve', free: 1.5, ok: true, acts: true },
  { name: 'is full', free: 0.5, ok: false, acts: true },
];
for (const { name, free, ok, acts } of rooms)
  it(`doctor says of a volume that it ${name}`, () => {
    const [check] = checkRoom({ bytes: 100 * gib, free_bytes: free * gib, reserve_bytes: gib });
    assert.deepEqual([check?.ok, check?.action !== null], [ok, acts]);
  });
