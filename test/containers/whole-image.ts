import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filemill } from '../support/cli.ts';
import { freePort } from '../support/free-port.ts';
import { untilStatus } from './clients.ts';
import { must } from './command.ts';
import { type Engine, removeLabelled } from './engine.ts';
import { buildWholeImage, wholeImage } from './images.ts';
import type { Report } from './report.ts';

interface Running {
  readonly program: Engine['program'];
  readonly container: string;
  readonly label: string;
  readonly server: string;
  readonly web: string;
}

/** Starts everything from one image, then one service of it beside. */
export async function testWholeImage(report: Report, engine: Engine, resources: AsyncDisposableStack): Promise<void> {
  report.heading('The image of everything');
  if (!(await report.check('builds', () => buildWholeImage(engine)))) return;
  const name = `filemill-whole-${process.pid}`;
  const [grpc, http] = [await freePort(), await freePort()];
  const everything: Running = {
    program: engine.program,
    container: name,
    label: `filemill.test=${name}`,
    server: `127.0.0.1:${grpc}`,
    web: `127.0.0.1:${http}`,
  };
  resources.defer(() => removeLabelled(engine.program, everything.label));
  if (!(await report.check('starts without an argument', () => start(everything)))) return;
  await report.check('callers need the token, and a file gets its result', () => upload(everything));
  await report.check('its argument makes it one service', () => serveWeb(everything));
  await report.check('stops when asked to', () => stop(everything));
}

async function start({ program, container, label, server, web }: Running): Promise<string> {
  const publish = ['-p', `${server}:50051`, '-p', `${web}:8080`];
  const volume = ['--volume', '/var/lib/filemill'];
  await must([program, 'run', '-d', '--name', container, '--label', label, ...publish, ...volume, wholeImage]);
  return await untilStatus(`http://${web}/readyz`, 200);
}

async function upload({ program, container, server, web }: Running): Promise<string> {
  await untilStatus(`http://${web}/api/v1/files`, 401);
  const folder = await mkdtemp(join(tmpdir(), 'filemill-whole-'));
  try {
    const FILEMILL_TOKEN_FILE = join(folder, 'token');
    const token = await must([program, 'exec', container, 'cat', '/var/lib/filemill/admin-token']);
    await writeFile(FILEMILL_TOKEN_FILE, token, { mode: 0o600 });
    const args = ['upload', 'testdata/sample.txt', '--wait', '--json'];
    const ended = await filemill(args, { server, env: { FILEMILL_TOKEN_FILE } });
    assert.equal(ended.code, 0, ended.stderr);
    const [file] = ended.lines<{ filename: string; status: string }>();
    return `${file?.filename} ${file?.status}`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** In the network of the other container, whose gRPC port web calls by default. */
async function serveWeb({ program, container, label }: Running): Promise<string> {
  const settings = ['--env', 'FILEMILL_HTTP_LISTEN=127.0.0.1:8099', '--env', 'FILEMILL_OPS_LISTEN=127.0.0.1:9099'];
  const where = ['--name', `${container}-web`, '--label', label, '--network', `container:${container}`];
  await must([program, 'run', '-d', ...where, ...settings, wholeImage, 'web']);
  return await must([program, 'exec', `${container}-web`, 'node', '-e', askUntilReady]);
}

/** Ready means that web reaches the other container. */
const askUntilReady = `
setTimeout(() => process.exit(1), 120_000).unref();
const ask = () => fetch('http://127.0.0.1:8099/readyz').then((answer) => answer.text().then((said) => [answer.ok, said]), () => [false]);
for (;;) {
  const [isReady, said] = await ask();
  if (isReady) { console.log('web: ' + said.trim()); break; }
  await new Promise((resolve) => setTimeout(resolve, 250));
}`;

async function stop({ program, container }: Running): Promise<string> {
  await must([program, 'rm', '--force', `${container}-web`]);
  await must([program, 'stop', '--time', '60', container]);
  const code = (await must([program, 'inspect', '--format', '{{.State.ExitCode}}', container])).trim();
  assert.equal(code, '0');
  return `exit code ${code}`;
}
