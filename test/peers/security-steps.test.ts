import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { testFolder } from '../support/start-services.ts';

/** The steps of docs/security.md that let the internet in, as they stand there, with free ports and a name of this machine. */

const root = join(import.meta.dirname, '../..');
const resources = new AsyncDisposableStack();
after(() => resources.disposeAsync());

let folder: string;
let steps: readonly string[];
let env: NodeJS.ProcessEnv;
let up: ChildProcess;
let said = '';

before(async () => {
  folder = resources.use(await testFolder()).path;
  const [grpcPort, httpPort] = [await freePort(), await freePort()];
  const [, section = ''] = readFileSync(join(root, 'docs/security.md'), 'utf8').split(
    '## On the internet, step by step',
  );
  steps = [...section.matchAll(/^ {3}```sh\n(.*?)^ {3}```/gms)].map(([, block = '']) =>
    block
      .replaceAll('files.example', 'localhost')
      .replaceAll(':50051', `:${grpcPort}`)
      .replaceAll(':8080', `:${httpPort}`)
      .replace('filemill up ', `filemill up --grpc-port ${grpcPort} --http-port ${httpPort} `),
  );
  mkdirSync(join(folder, 'bin'));
  const npx = `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(root, 'bin/filemill.js')}" "$@"\n`;
  writeFileSync(join(folder, 'bin/npx'), npx);
  chmodSync(join(folder, 'bin/npx'), 0o755);
  env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, HOME: folder };
});

describe('the way to the internet', () => {
  it('has four steps with commands', () => assert.equal(steps.length, 4));

  it('begins with a certificate', () => {
    run(steps[0] ?? '');
    assert.match(readFileSync(join(folder, 'cert.pem'), 'utf8'), /^-----BEGIN CERTIFICATE-----/);
  });

  it('starts a system that other machines can reach', async () => {
    up = spawn('sh', ['-c', `${steps[1]}`], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    resources.defer(async () => {
      process.kill(-(up.pid ?? 0), 'SIGTERM');
      if (up.exitCode === null && up.signalCode === null) await once(up, 'exit');
    });
    up.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    await eventually('it is ready', async () => /Ready\./.test(said) || up.exitCode !== null);
    assert.match(said, /https:\/\/0\.0\.0\.0:\d+/);
  });

  it('refuses to start it without the demand for credentials', () => {
    const open = (steps[1] ?? '').replace(' --auth', ' --data-dir other');
    const { status, stderr } = spawnSync('sh', ['-c', open], { cwd: folder, env, encoding: 'utf8' });
    assert.equal(status, 2);
    assert.match(stderr, /FILEMILL_GRPC_LISTEN.*FILEMILL_AUTH=required/s);
  });

  it('gives a client a token, and strangers nothing', () => {
    const output = run(`set -x\n${steps[2]}\n${steps[3]}`, 6);
    assert.match(readFileSync(join(folder, 'scanner-token'), 'utf8'), /^fm_\w+\n$/);
    assert.match(output, /"status":401.*"reason":"UNAUTHENTICATED"/);
    assert.match(output, /\{"files":\[\],"next_page_token":"","sort_capped":false,"searched_to":null\}/);
    assert.match(output, /note\.txt +Plain text +2 words/);
    assert.match(output, /needs the scope "admin"/);
  });
});

/** @returns what it says on both streams */
function run(commands: string, exitCode = 0): string {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', `exec 2>&1\n${commands}`], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  assert.equal(status, exitCode, stdout + stderr);
  return stdout;
}
