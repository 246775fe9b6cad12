import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { createLogger } from '#platform/logger.ts';
import { createApp } from '../app.ts';
import { createBackend } from '../backend.ts';
import { HostList } from '../http/origin-guard.ts';
import { readDashboard } from './built-dashboard.ts';

const script = 'console.log("dashboard");'.repeat(20);
const page = '<!doctype html><script type="module" src="./assets/index-abc.js"></script>';

const explorer = '<!doctype html><a href="./">Dashboard</a><script src="./assets/index-abc.js"></script>';

const folder = await mkdtemp(join(tmpdir(), 'filemill-dashboard-'));
await mkdir(join(folder, 'assets'));
await writeFile(join(folder, 'index.html'), page);
await writeFile(join(folder, 'docs.html'), explorer);
await writeFile(join(folder, 'secret.txt'), 'not to be served');
await writeFile(join(folder, 'assets', 'index-abc.js'), script);
await writeFile(join(folder, 'assets', 'index-abc.js.br'), brotliCompressSync(script));
await writeFile(join(folder, 'assets', 'index-abc.js.gz'), gzipSync(script));

const backend = createBackend('unix:/nonexistent/filemill.sock');
const hosts = HostList.of('127.0.0.1:8080', '');
const logger = createLogger('web', { level: 'silent', format: 'json' });
const app = createApp({ maxFileSize: 2 ** 30, backend, hosts, logger, dashboard: readDashboard(folder) });
const unbuilt = createApp({
  maxFileSize: 2 ** 30,
  backend,
  hosts,
  logger,
  dashboard: readDashboard(join(folder, 'nowhere')),
});
before(() => app.listen({ host: '127.0.0.1', port: 0 }));
after(async () => {
  await app.close();
  await unbuilt.close();
  backend[Symbol.dispose]();
  await rm(folder, { recursive: true });
});

describe('the dashboard', () => {
  const addresses: readonly [url: string, root: string][] = [
    ['/', './'],
    ['/?from=mail', './'],
    ['/ui', './'],
    ['/ui/', '../'],
    ['/ui/files?name=a/b', '../'],
    ['/ui/files/019aaf00-0000-7000-8000-000000000000', '../../'],
    ['/ui/not/yet/known', '../../../'],
  ];
  for (const [url, root] of addresses)
    it(`is the page at ${url}, and finds its assets from there`, async () => {
      const response = await app.inject(url);
      assert.equal(response.statusCode, 200);
      assert.match(String(response.headers['content-type']), /^text\/html/);
      assert.equal(response.body, page.replace('./', root));
      const asset = new URL(`${root}assets/index-abc.js`, `http://localhost${url}`).pathname;
      assert.equal((await app.inject(asset)).body, script);
    });

  const targets: readonly [target: string, root: string][] = [
    ['*', './'],
    ['http://localhost/ui', './'],
    ['http://localhost/ui/files?name=a/b', '../'],
  ];
  for (const [target, root] of targets)
    it(`finds its assets when ${target} is asked for in place of a path`, async () => {
      const { port } = app.server.address() as AddressInfo;
      const asking = request({ host: '127.0.0.1', port, path: target, headers: { host: 'localhost' } }).end();
      const [answer] = (await once(asking, 'response')) as [IncomingMessage];
      assert.equal(answer.statusCode, 200);
      assert.equal(await text(answer), page.replace('./', root));
    });

  it('may load nothing but what this server serves, and is never kept', async () => {
    const { headers } = await app.inject('/ui/');
    const policy = String(headers['content-security-policy']).split('; ');
    assert.deepEqual(policy, [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data: blob:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['x-content-type-options'], 'nosniff');
  });

  const accepting: readonly [accepted: string | undefined, coding: string | undefined][] = [
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['*', 'br'],
    ['zstd', undefined],
    [undefined, undefined],
  ];
  for (const [accepted, coding] of accepting)
    it(`has assets as ${coding ?? 'they are'} for a client that accepts ${accepted ?? 'nothing else'}`, async () => {
      const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
      const response = await app.inject({ url: '/assets/index-abc.js', headers });
      assert.equal(response.headers['content-encoding'], coding);
      const decode = { br: brotliDecompressSync, gzip: gunzipSync }[coding ?? ''] ?? ((bytes: Buffer) => bytes);
      assert.equal(decode(response.rawPayload).toString(), script);
      assert.equal(response.headers['cache-control'], 'public, max-age=31536000, immutable');
      assert.equal(response.headers.vary, 'accept-encoding');
      assert.match(String(response.headers['content-type']), /^text\/javascript/);
    });

  it('answers HEAD as GET without a body', async () => {
    for (const url of ['/', '/ui/files', '/assets/index-abc.js']) {
      const get = await app.inject(url);
      const head = await app.inject({ method: 'HEAD', url });
      assert.equal(head.statusCode, 200);
      assert.equal(head.body, '');
      assert.equal(head.headers['content-length'], get.headers['content-length']);
      assert.equal(head.headers['content-type'], get.headers['content-type']);
    }
  });

  it('serves no other file', async () => {
    for (const name of ['missing.js', 'index-abc.js.br', '..%2fsecret.txt', '%2e%2e%2findex.html', 'constructor']) {
      const response = await app.inject(`/assets/${name}`);
      assert.equal(response.statusCode, 404, name);
      assert.equal(response.json<{ reason: string }>().reason, 'ROUTE_NOT_FOUND');
      assert.equal(response.headers['cache-control'], 'no-store');
    }
  });

  it('opens from a link on another site, but in no frame of one and for no script', async () => {
    const cross = { host: 'localhost:8080', 'sec-fetch-site': 'cross-site' };
    const link = { ...cross, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    for (const url of ['/', '/ui/files?status=FAILED'])
      assert.equal((await app.inject({ url, headers: link })).statusCode, 200);
    const refused: readonly [url: string, headers: Record<string, string>][] = [
      ['/ui/files', cross],
      ['/ui/files', { ...link, 'sec-fetch-dest': 'iframe' }],
      ['/ui/files', { ...link, host: 'evil.example' }],
      ['/assets/index-abc.js', { ...cross, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }],
      ['/api/v1/files', link],
    ];
    for (const [url, headers] of refused) assert.equal((await app.inject({ url, headers })).statusCode, 403, url);
  });

  it('has the explorer of the API beside it, at one address, under the same policy', async () => {
    const response = await app.inject('/docs');
    assert.equal(response.body, explorer);
    assert.equal(
      response.headers['content-security-policy'],
      (await app.inject('/')).headers['content-security-policy'],
    );
    const moved = await app.inject('/docs/');
    assert.equal(moved.statusCode, 308);
    assert.equal(new URL(String(moved.headers.location), 'http://localhost/under/docs/').pathname, '/under/docs');
    const link = { host: 'localhost:8080', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const opened = (dest: string) => app.inject({ url: '/docs', headers: { ...link, 'sec-fetch-dest': dest } });
    assert.equal((await opened('document')).statusCode, 200);
    assert.equal((await opened('iframe')).statusCode, 403);
    assert.match((await unbuilt.inject('/docs')).body, /npm run build:dashboard/);
  });

  it('cannot be changed', async () => {
    for (const method of ['PUT', 'POST', 'DELETE'] as const)
      assert.equal((await app.inject({ method, url: '/ui/files' })).statusCode, 404);
  });

  it('says how to build it when it is not built, and leaves the API alone', async () => {
    for (const url of ['/', '/ui/files/x']) {
      const response = await unbuilt.inject(url);
      assert.equal(response.statusCode, 404);
      assert.match(String(response.headers['content-type']), /^text\/plain/);
      assert.match(response.body, /npm run build:dashboard/);
    }
    assert.equal((await unbuilt.inject('/assets/index-abc.js')).statusCode, 404);
    assert.equal((await unbuilt.inject('/livez')).statusCode, 200);
  });
});
