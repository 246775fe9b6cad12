import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { testFolder } from '../support/start-services.ts';

const root = fileURLToPath(new URL('../../dashboard', import.meta.url));
const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');

describe('the dashboard, as it is built and served', () => {
  let folder: Awaited<ReturnType<typeof testFolder>>;
  let stack: Cluster;
  let said = '';

  before(async () => {
    folder = await testFolder();
    stack = await startCluster({ services: httpServices });
    await stack.service('web').stop();
    const args = [vite, 'build', root, '--outDir', join(folder.path, 'built'), '--emptyOutDir'];
    said = (await promisify(execFile)(process.execPath, args)).stdout;
  });
  after(async () => {
    await stack[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('is built within its budget, and the build says so', () => {
    const [, bytes, budget] = /all scripts: gzip (\d+) of (\d+) bytes/.exec(said) ?? [];
    assert.equal(budget, '120000');
    assert.ok(Number(bytes) > 1_000 && Number(bytes) <= 120_000, said);
  });

  it('is missing without harm: the page says how to build it', async () => {
    await using _web = await stack.start('web', { FILEMILL_DASHBOARD_DIR: join(folder.path, 'nowhere') });
    const response = await fetch(`${stack.base}/`);
    assert.equal(response.status, 404);
    assert.match(await response.text(), /npm run build:dashboard/);
    assert.equal((await fetch(`${stack.base}/api/v1/files`)).status, 200);
  });

  it('leads from any address to its script and its style, compressed', async () => {
    await using _web = await stack.start('web', { FILEMILL_DASHBOARD_DIR: join(folder.path, 'built') });
    for (const path of ['/', '/ui/files?status=FAILED', '/ui/files/019aaf00-0000-7000-8000-000000000000']) {
      const page = await fetch(`${stack.base}${path}`);
      assert.equal(page.status, 200);
      const links = [...(await page.text()).matchAll(/(?:src|href)="([^"]*assets[^"]*)"/g)].map(
        ([, link = '']) => link,
      );
      assert.equal(links.length, 2);
      for (const link of links) {
        const asset = await fetch(new URL(link, page.url), { headers: { 'accept-encoding': 'br' } });
        assert.equal(asset.status, 200);
        assert.equal(asset.headers.get('content-encoding'), 'br');
        assert.match(asset.headers.get('cache-control') ?? '', /immutable/);
        assert.ok((await asset.text()).length > 1_000);
      }
    }
  });

  it('has nothing in the page that its own policy refuses', async () => {
    await using _web = await stack.start('web', { FILEMILL_DASHBOARD_DIR: join(folder.path, 'built') });
    const page = await (await fetch(`${stack.base}/`)).text();
    assert.doesNotMatch(page, /<style|<base|\son\w+=|style=|<script(?![^>]*\ssrc=)/);
    const head = await fetch(`${stack.base}/`, { method: 'HEAD' });
    assert.equal(head.headers.get('content-length'), String(Buffer.byteLength(page)));
  });
});
