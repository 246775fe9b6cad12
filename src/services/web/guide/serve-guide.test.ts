import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { createLogger } from '#platform/logger.ts';
import { createApp } from '../app.ts';
import { createBackend } from '../backend.ts';
import { HostList } from '../http/origin-guard.ts';
import { readGuide } from './serve-guide.ts';

const folder = await mkdtemp(join(tmpdir(), 'filemill-guide-'));
const page = '<!doctype html><title>Decision</title>';
await mkdir(join(folder, 'adr'));
await writeFile(join(folder, 'index.html'), '<!doctype html><title>Guide</title>');
await writeFile(join(folder, 'adr', '0001.html'), page);
await writeFile(join(folder, 'adr', '0001.html.br'), brotliCompressSync(page));
await writeFile(join(folder, 'secret.txt'), 'not to be served');

const backend = createBackend('unix:/nonexistent/filemill.sock');
const hosts = HostList.of('127.0.0.1:8080', '');
const logger = createLogger('web', { level: 'silent', format: 'json' });
const context = { maxFileSize: 2 ** 30, backend, hosts, logger, dashboard: undefined };
const app = createApp({ ...context, guide: readGuide(folder) });
const unbuilt = createApp({ ...context, guide: readGuide(join(folder, 'nowhere')) });
after(async () => {
  await app.close();
  await unbuilt.close();
  backend[Symbol.dispose]();
  await rm(folder, { recursive: true });
});

describe('the guide', () => {
  it('leads from its name without a slash to its first page, whatever the path of a proxy', async () => {
    const { statusCode, headers } = await app.inject('/docs/guide?from=mail');
    assert.equal(statusCode, 308);
    const there = new URL(String(headers.location), 'http://localhost/filemill/docs/guide');
    assert.equal(there.pathname, '/filemill/docs/guide/');
    assert.match((await app.inject('/docs/guide/')).body, /<title>Guide/);
  });

  it('is served with the policy of the page, and compressed for those who accept it', async () => {
    const response = await app.inject({ url: '/docs/guide/adr/0001.html', headers: { 'accept-encoding': 'br' } });
    assert.equal(response.headers['content-encoding'], 'br');
    assert.equal(brotliDecompressSync(response.rawPayload).toString(), page);
    assert.match(String(response.headers['content-type']), /^text\/html/);
    assert.match(String(response.headers['content-security-policy']), /script-src 'self'; style-src 'self'/);
    assert.equal(response.headers['cache-control'], 'no-cache');
  });

  it('is not sent again to a browser that has it', async () => {
    const { headers } = await app.inject('/docs/guide/');
    const again = await app.inject({ url: '/docs/guide/', headers: { 'if-none-match': String(headers.etag) } });
    assert.equal(again.statusCode, 304);
    assert.equal(again.body, '');
  });

  it('has no other file', async () => {
    for (const name of ['missing.html', 'secret.txt', 'adr', 'adr/0001.html.br', '..%2fpackage.json', 'constructor']) {
      const response = await app.inject(`/docs/guide/${name}`);
      assert.equal(response.statusCode, 404, name);
      assert.equal(response.json<{ reason: string }>().reason, 'ROUTE_NOT_FOUND');
    }
  });

  it('opens from a link on another site, but in no frame of one', async () => {
    const link = { host: 'localhost:8080', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const open = async (dest: string) =>
      (await app.inject({ url: '/docs/guide/', headers: { ...link, 'sec-fetch-dest': dest } })).statusCode;
    assert.equal(await open('document'), 200);
    assert.equal(await open('iframe'), 403);
  });

  it('says how to build it when it is not built', async () => {
    const response = await unbuilt.inject('/docs/guide/start.html');
    assert.equal(response.statusCode, 404);
    assert.match(String(response.headers['content-type']), /^text\/plain/);
    assert.match(response.body, /npm run build:docs/);
  });
});
