import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Machine, type MachineKind, Workshop } from './machine.ts';

const run = promisify(execFile);

/** Of the package itself, without the PostgreSQL and the Node that npm fetches beside it. */
const largestTarball = 25_000_000;

/** What an installation is tried on. The target, one minute to the first result, is measured and reported, not demanded. */
const kinds: readonly MachineKind[] = [
  { user: 'nobody', node: 20, redis: true },
  { user: 'root', node: 22, redis: false },
  { user: 'root', node: 26, redis: true },
];

let workshop: Workshop;
before(async () => {
  workshop = await Workshop.open();
});
after(() => workshop[Symbol.asyncDispose]());

it('is one tarball that is public, small and without TypeScript', async () => {
  const { size } = await stat(workshop.tarball);
  assert.ok(size <= largestTarball, `${size} bytes`);
  const { stdout: listing } = await run('tar', ['tzf', workshop.tarball], { maxBuffer: 2 ** 26 });
  const own = listing.split('\n').filter((path) => !path.startsWith('package/node_modules/'));
  assert.deepEqual(
    own.filter((path) => path.endsWith('.ts')),
    [],
  );
  for (const path of [
    'bin/filemill.js',
    'src/analysis/wasm/count.wasm',
    'db/access.sql',
    'dashboard/dist/index.html',
    'LICENSE',
  ])
    assert.ok(own.includes(`package/${path}`), path);
  const { stdout } = await run('tar', ['xzOf', workshop.tarball, 'package/package.json']);
  const manifest = JSON.parse(stdout);
  assert.deepEqual([manifest.private, manifest.devDependencies, manifest.scripts], [undefined, undefined, undefined]);
});

describe('an empty machine', () => {
  for (const kind of kinds)
    it(`gets from the tarball to the first result: ${Machine.describe(kind)}`, async (test) => {
      await using machine = await workshop.machine(kind);
      const began = performance.now();
      await machine.install(workshop.tarball);
      const installed = performance.now();
      const up = machine.start('filemill', 'up', '--exit', ...anyPorts, machine.sample);
      const result = await up.said(/hello\.txt +Plain text/);
      test.diagnostic(report(`${Machine.describe(kind)}: installed`, began, installed, result));
      assert.equal(await up.ended(), 0, up.printed);
      assert.equal(/Redis \d|Valkey \d/.test(up.printed), kind.redis, up.printed);
      assert.deepEqual(await readdir(machine.folder), ['.filemill']);
      test.diagnostic(`installed size: ${await machine.installedSize()}`);
    });

  it('runs it from the tarball without an installation', async (test) => {
    await using machine = await workshop.machine({ user: 'root', node: 22, redis: true });
    const began = performance.now();
    const tarball = await machine.takeIn(workshop.tarball);
    const up = machine.start('npx', '--yes', tarball, 'up', '--exit', ...anyPorts, machine.sample);
    const result = await up.said(/hello\.txt +Plain text/);
    test.diagnostic(report('npx', began, began, result));
    assert.equal(await up.ended(), 0, up.printed);
    assert.deepEqual((await readdir(machine.folder)).sort(), ['.filemill', basename(tarball)]);
  });

  it('runs what root installed as a plain user, in the background, and prints commands that work there', async () => {
    await using machine = await workshop.machine({ user: 'nobody', installedBy: 'root', node: 22, redis: true });
    await machine.install(workshop.tarball);
    const started = await machine.must('filemill', 'up', '-d', ...anyPorts);
    const [, stop = '', follow = ''] = /Stop it with `(.+?)`; `(.+?)`/.exec(started) ?? [];
    assert.deepEqual([stop, follow], ['filemill down', 'filemill logs -f']);
    const { grpc_address: server } = JSON.parse(await machine.must('filemill', 'status', '--json', '--quiet'));
    const uploaded = await machine.must('filemill', 'upload', machine.sample, '--wait', '--server', server);
    assert.match(uploaded, /hello\.txt +Plain text/);
    await machine.must('filemill', 'down');
  });

  it('says what is missing where no Node 26 came along', async () => {
    await using machine = await workshop.machine({ user: 'root', node: 20, redis: true });
    // As on a platform for which there is none: npm 11 installs them here in spite of --omit=optional.
    await machine.install('--os=darwin', workshop.tarball);
    const refused = machine.start('filemill', 'up');
    assert.equal(await refused.ended(), 1);
    assert.match(
      refused.printed,
      /^filemill needs Node 26; this is v20\.\S+, and none came along with it\.\n {2}→ Install Node 26/,
    );
  });
});

const anyPorts = ['--grpc-port', '0', '--http-port', '0'];

function report(what: string, began: number, installed: number, result: number): string {
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  return `${what} after ${seconds(installed - began)}, first result after ${seconds(result - began)} (target: 60 s)`;
}
