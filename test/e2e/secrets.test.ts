import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { mintToken, tokenText } from '#domain/token.ts';
import { type CliRun, filemill } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { testFolder } from '../support/start-services.ts';
import { Up } from '../support/up.ts';

/** Secrets are planted wherever there are any, the system is used well and badly, and everything that it shows is searched. */

const resources = new AsyncDisposableStack();
after(() => resources.disposeAsync());

const tokenKey = randomBytes(32).toString('hex');
const adminToken = tokenText(mintToken());
/** By what they are; only the part that must stay secret. */
const secrets = new Map<string, string>([
  ['the key of the tokens', tokenKey],
  ["the operator's token", secretOf(adminToken)],
]);
/** All that anybody was shown. */
const shown = new Map<string, string>();

let folder: string;
let up: Up;
let grpc: string;
let base: string;

before(async () => {
  folder = resources.use(await testFolder()).path;
  const access = { FILEMILL_AUTH: 'required', FILEMILL_TOKEN_KEY: tokenKey, FILEMILL_ADMIN_TOKEN: adminToken };
  const env = { ...access, FILEMILL_LOG_LEVEL: 'trace', FILEMILL_TOKEN: adminToken };
  up = resources.use(new Up(join(folder, 'data'), ['--workers', '1', '--verbose'], env));
  const addresses = await up.ready();
  grpc = addresses.grpc;
  base = `http://${addresses.http}`;
  const kept = JSON.parse(readFileSync(join(folder, 'data/postgres/credentials.json'), 'utf8')) as object;
  for (const [name, value] of Object.entries(kept))
    if (typeof value === 'string' && value.length > 15) secrets.set(`${name} of PostgreSQL`, value);
  await use();
});

async function use(): Promise<void> {
  const made = await cli(adminToken, 'token', 'create', 'planted', '--scopes', 'upload,read', '--json');
  // It is shown to whoever makes it, once.
  shown.delete('filemill token create planted --scopes upload,read --json');
  const { token } = JSON.parse(made.stdout) as { token: string };
  secrets.set('a token', secretOf(token));
  writeFileSync(join(folder, 'report.html'), '<!doctype html><title>Report</title><p>Some words');
  await cli(token, 'upload', join(folder, 'report.html'), '--wait', '--json');
  for (const args of [['list'], ['stats'], ['doctor', '--verbose'], ['token', 'list'], ['delete', '--yes', 'x']])
    await cli(token, ...args);
  await cli(`${token.slice(0, -1)}_`, 'list');
  const session = await http(
    'POST',
    '/api/v1/session',
    { 'content-type': 'application/json' },
    JSON.stringify({ token }),
  );
  const cookie = session.cookie.split(';')[0] ?? '';
  secrets.set('a session', secretOf(cookie));
  for (const [method, path, headers] of [
    ['GET', '/', {}],
    ['GET', '/api/v1/openapi.json', {}],
    ['GET', '/api/v1/server', { cookie }],
    ['GET', '/api/v1/caller', { cookie }],
    ['GET', `/api/v1/files?access_token=${token}`, { authorization: `Bearer ${token}` }],
    ['GET', '/api/v1/files', { authorization: `Basic ${token}` }],
    ['GET', '/api/v1/files', { authorization: token }],
    ['GET', '/nowhere', { authorization: `Bearer ${token}`, cookie }],
    ['DELETE', '/api/v1/files/x', { cookie }],
    ['PUT', '/files/a%00b', { authorization: `Bearer ${token}` }],
    ['PATCH', '/uploads/x', { authorization: `Bearer ${token}` }],
    ['POST', '/api/v1/session', { 'content-type': 'application/json' }],
  ] as const)
    await http(method, path, headers, method === 'POST' ? `{"token": "${token}x", "more": 1}` : undefined);
}

describe('planted secrets', () => {
  it('are several', () => assert.ok(secrets.size >= 6, [...secrets.keys()].join()));

  it('are in no answer, error, page or output of the command line', () => {
    assert.ok(shown.size > 15);
    for (const [where, content] of shown) refuseSecrets(where, content);
  });

  it('are in no log', () => {
    refuseSecrets('the output of up', up.stdout + up.stderr);
    const logs = readdirSync(join(folder, 'data/logs'));
    assert.ok(logs.length >= 5);
    for (const name of logs) {
      const log = readFileSync(join(folder, 'data/logs', name), 'utf8');
      assert.ok(log.includes('\n'), name);
      refuseSecrets(name, log);
    }
  });

  it('are in no metric and no answer to operators', async () => {
    const sockets = readFileSync(join(folder, 'data/sockets'), 'utf8').trim();
    const ops = readdirSync(sockets).filter((name) => name.endsWith('-ops.sock'));
    assert.ok(ops.length >= 5);
    for (const name of ops)
      for (const path of ['/metrics', '/readyz', '/livez']) {
        const [answer] = await new Promise<[string]>((resolve, reject) => {
          request({ socketPath: join(sockets, name), path }, async (got) => resolve([await text(got)]))
            .on('error', reject)
            .end();
        });
        refuseSecrets(`${name}${path}`, answer);
      }
  });

  it('are in no list of processes', () => {
    for (const pid of pids()) refuseSecrets(`the arguments of ${pid}`, tryRead(`/proc/${pid}/cmdline`));
  });

  it('are not in the memory of the processes that read documents, which a core would show', async () => {
    let isolates: string[] = [];
    await eventually('a document was read', async () => {
      isolates = pids().filter((pid) => tryRead(`/proc/${pid}/cmdline`).includes('isolate-process'));
      return isolates.length > 0;
    });
    for (const pid of isolates) {
      refuseSecrets(`the environment of ${pid}`, tryRead(`/proc/${pid}/environ`));
      assert.deepEqual(secretsInMemory(pid), [], pid);
    }
  });

  it('would be found: the service that checks tokens has the key in its memory', () => {
    const metadata = pids().find((pid) => tryRead(`/proc/${pid}/cmdline`).includes('services/metadata/main'));
    assert.ok(metadata);
    assert.ok(secretsInMemory(metadata).includes('the key of the tokens'));
  });
});

function refuseSecrets(where: string, content: string): void {
  for (const [what, secret] of secrets) assert.ok(!content.includes(secret), `${where} shows ${what}`);
}

/** The last part of `fm_<id>_<secret>`. */
function secretOf(token: string): string {
  return token.split('_').at(-1) ?? '';
}

async function cli(token: string, ...args: string[]): Promise<CliRun> {
  const run = await filemill(args, { server: grpc, env: { FILEMILL_TOKEN: token } });
  shown.set(`filemill ${args.join(' ')}`, run.stdout + run.stderr);
  return run;
}

async function http(method: string, path: string, headers: Record<string, string>, body?: string) {
  const answer = await fetch(`${base}${path}`, { method, headers, ...(body && { body }) });
  const cookie = answer.headers.getSetCookie()[0] ?? '';
  const rest = [...answer.headers].filter(([name]) => name !== 'set-cookie').join('\n');
  shown.set(`${method} ${path} ${Object.keys(headers)}`, `${rest}\n${await answer.text()}`);
  return { cookie };
}

/** The processes of this system: they have its data folder or one of its sockets in an argument or in their environment. */
function pids(): string[] {
  const group = String(up.child.pid);
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map(all.map((pid) => [pid, /\) \S (\d+)/.exec(tryRead(`/proc/${pid}/stat`))?.[1] ?? '0']));
  const isBelow = (pid: string): boolean => pid === group || (pid !== '0' && isBelow(parents.get(pid) ?? '0'));
  return all.filter(isBelow);
}

function tryRead(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended.
    return '';
  }
}

/** Names of the secrets in the writable memory of a process. */
function secretsInMemory(pid: string): string[] {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const found = new Set<string>();
  try {
    for (const [, from = '', to = ''] of tryRead(`/proc/${pid}/maps`).matchAll(/^([\da-f]+)-([\da-f]+) rw/gm))
      for (const what of secretsBetween(memory, Number.parseInt(from, 16), Number.parseInt(to, 16))) found.add(what);
  } finally {
    closeSync(memory);
  }
  return [...found];
}

const piece = 4 * 1024 * 1024;
const overlap = 256;

function* secretsBetween(memory: number, from: number, to: number): Generator<string> {
  const buffer = Buffer.alloc(piece + overlap);
  for (let at = from; at < to; at += piece) {
    let length: number;
    try {
      length = readSync(memory, buffer, 0, Math.min(piece + overlap, to - at), at);
    } catch {
      // Reserved, and not readable.
      return;
    }
    const bytes = buffer.subarray(0, length);
    for (const [what, secret] of secrets)
      if (bytes.includes(secret) || bytes.includes(Buffer.from(secret, 'utf16le'))) yield what;
  }
}
