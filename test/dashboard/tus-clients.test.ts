import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import type { FileJson } from '#contract/schemas.ts';
import { mintToken, tokenText } from '#domain/token.ts';
import { testFolder } from '../support/start-services.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { Dashboard } from './support/dashboard.ts';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** The first example of a package's README, as it stands but for the address of the server. */
async function exampleOf(name: string, endpoint: string): Promise<string> {
  const readme = await readFile(join(modules, name, 'README.md'), 'utf8');
  const [, code = ''] = /```js\n(.*?)```/s.exec(readme) ?? [];
  assert.match(code, /endpoint: '[^']+\/'/);
  return code.replace(/endpoint: '[^']+'/, `endpoint: '${endpoint}'`);
}

describe('the examples of tus clients for browsers', () => {
  const resources = new AsyncDisposableStack();
  let dashboard: Dashboard;
  let folder: string;
  before(async () => {
    dashboard = resources.use(await Dashboard.start());
    folder = resources.use(await testFolder()).path;
  });
  after(() => resources.disposeAsync());

  const filesNamed = async (name: string) => {
    const answer = await fetch(`${dashboard.stack.base}/api/v1/files?name=${encodeURIComponent(name)}`);
    return ((await answer.json()) as { files: FileJson[] }).files;
  };
  /** A page of the server, which it has not: of this body, where this script runs. */
  const open = async (context: BrowserContext, base: string, body: string, script: string) => {
    const page = await context.newPage();
    const address = `${base}/example.html`;
    await page.route(address, (route) =>
      route.fulfill({ contentType: 'text/html', body: `<!DOCTYPE html><meta charset="utf-8">${body}` }),
    );
    await page.goto(address);
    await page.addScriptTag({ path: join(modules, 'tus-js-client/dist/tus.js') });
    await page.addScriptTag({ content: script });
    return page;
  };
  const input = '<input type="file" id="input">';
  const said = (page: Page, start: string) =>
    page.waitForEvent('console', (message) => message.text().startsWith(start)).then((message) => message.text());

  for (const endpoint of ['/uploads/', '/uploads', 'BASE/uploads/', 'BASE/uploads'])
    it(`tus-js-client's uploads a file to ${endpoint}`, async () => {
      const { base } = dashboard.stack;
      const name = `שלום ${endpoint.replaceAll('/', '-')}.bin`;
      const context = await dashboard.context();
      const page = await open(context, base, input, await exampleOf('tus-js-client', endpoint.replace('BASE', base)));
      const done = said(page, 'Download');
      await page.setInputFiles('#input', { name, mimeType: 'image/x-mine', buffer: randomBytes(1_000_000) });
      assert.match(await done, new RegExp(`${name} (${base})?/uploads/[0-9a-f-]{36}$`));
      const [file] = await filesNamed(name);
      assert.deepEqual([file?.size, file?.mime_type], [1_000_000, 'image/x-mine']);
      await context.close();
    });

  it('tus-js-client goes on with what it began before the page was left', async () => {
    await using network = await TcpProxy.start(Number(new URL(dashboard.stack.base).port));
    const base = `http://${network.address}`;
    const path = join(folder, 'left.bin');
    await writeFile(path, randomBytes(16 * 2 ** 20));
    const context = await dashboard.context();
    const script = await exampleOf('tus-js-client', `${base}/uploads/`);
    const left = await open(context, base, input, script);
    const enough = network.sends(4 * 2 ** 20).then(() => network.stall());
    await left.setInputFiles('#input', path);
    await enough;
    await left.close();

    const page = await open(context, base, input, script);
    const begun: string[] = [];
    page.on('request', (request) => void begun.push(request.method()));
    const before = network.sent;
    const done = said(page, 'Download');
    await page.setInputFiles('#input', path);
    await done;
    assert.deepEqual(begun, ['HEAD', 'PATCH']);
    assert.ok(network.sent - before < 13 * 2 ** 20, `${network.sent - before} bytes were sent again`);
    assert.equal((await filesNamed('left.bin')).length, 1);
    await context.close();
  });

  for (const endpoint of ['/uploads/', 'BASE/uploads/', 'BASE/uploads'])
    it(`Uppy's uploads files to ${endpoint}`, async () => {
      const { base } = dashboard.stack;
      const context = await dashboard.context();
      const code = await exampleOf('@uppy/tus', endpoint.replace('BASE', base));
      const page = await open(context, base, '', await bundled(`${code}\nglobalThis.uppy = uppy`));
      const names = [`uppy ${endpoint.replaceAll('/', '-')}.txt`, `אחת ${endpoint.replaceAll('/', '-')}.txt`];
      const result = await page.evaluate(upload, names);
      assert.deepEqual(result.failed, []);
      for (const url of result.urls) assert.match(url, new RegExp(`^(${base})?/uploads/[0-9a-f-]{36}$`));
      for (const name of names) {
        const [file] = await filesNamed(name);
        assert.deepEqual([file?.size, file?.mime_type, file?.path], [100_000, 'text/plain', `folder/${name}`]);
      }
      await context.close();
    });
});

describe('Uppy on another origin', () => {
  const resources = new AsyncDisposableStack();
  const adminToken = tokenText(mintToken());
  let dashboard: Dashboard;
  /** On another site than the server, as browsers see it. */
  let app: string;
  before(async () => {
    const server = resources.use(
      await startPage('<!DOCTYPE html><meta charset="utf-8"><title>Another application</title>'),
    );
    app = `http://localhost:${server.port}`;
    dashboard = resources.use(
      await Dashboard.start({
        FILEMILL_ALLOWED_ORIGINS: `https://app.example, ${app}`,
        FILEMILL_AUTH: 'required',
        FILEMILL_TOKEN_KEY: 'a-key-for-tests-and-for-nothing-but-tests',
        FILEMILL_ADMIN_TOKEN: adminToken,
      }),
    );
  });
  after(() => resources.disposeAsync());

  const open = async (address: string) => {
    const page = await (await dashboard.context()).newPage();
    await page.goto(address);
    return page;
  };
  const uppy = (headers: object) => `
    import Uppy from '@uppy/core';
    import Tus from '@uppy/tus';
    globalThis.uppy = new Uppy({ autoProceed: false }).use(Tus, {
      endpoint: '${dashboard.stack.base}/uploads/', chunkSize: 40_000, retryDelays: null, headers: ${JSON.stringify(headers)},
    });`;

  it('uploads files with a token', async () => {
    const page = await open(app);
    const requests = new Set<string>();
    page.on('request', (request) => void requests.add(request.method()));
    await page.addScriptTag({ content: await bundled(uppy({ Authorization: `Bearer ${adminToken}` })) });
    const result = await page.evaluate(upload, ['from elsewhere.txt']);
    assert.deepEqual(result.failed, []);
    assert.ok(requests.has('PATCH'));
    const answer = await page.evaluate(listFiles, { base: dashboard.stack.base, token: adminToken });
    assert.deepEqual(answer.names, ['from elsewhere.txt']);
    assert.match(answer.requestId ?? '', /./);
    await page.context().close();
  });

  it('gets nothing without one, and never sends cookies', async () => {
    const page = await open(app);
    const { base } = dashboard.stack;
    assert.equal((await page.evaluate(listFiles, { base })).status, 401);
    const withCookies: Listing = { base, credentials: 'include' };
    await assert.rejects(page.evaluate(listFiles, withCookies), /Failed to fetch/);
    await page.context().close();
  });

  it('is refused on an origin that is not listed', async () => {
    const page = await open(app.replace('localhost', '127.0.0.1'));
    const list = page.evaluate(listFiles, { base: dashboard.stack.base, token: adminToken });
    await assert.rejects(list, /Failed to fetch/);
    await page.context().close();
  });
});

interface Listing {
  readonly base: string;
  readonly token?: string;
  readonly credentials?: 'include' | 'same-origin';
}

/** Runs in a page of another origin. */
async function listFiles({ base, token, credentials = 'same-origin' }: Listing) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${base}/api/v1/files`, { headers, credentials });
  const { files = [] } = (await answer.json()) as { files?: FileJson[] };
  const names = files.map(({ filename }) => filename);
  return { status: answer.status, names, requestId: answer.headers.get('x-request-id') };
}

async function startPage(html: string): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
  server.listen(0);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface UppyFile {
  readonly name: string;
  readonly uploadURL: string;
  readonly error: string;
}

/** Runs in the page, where the example has made an Uppy. */
async function upload(names: readonly string[]): Promise<{ readonly urls: string[]; readonly failed: string[] }> {
  const { uppy } = globalThis as unknown as {
    uppy: {
      addFile(file: object): void;
      upload(): Promise<{ readonly successful: readonly UppyFile[]; readonly failed: readonly UppyFile[] }>;
    };
  };
  for (const name of names) {
    const data = new Blob(['x'.repeat(100_000)], { type: 'text/plain' });
    uppy.addFile({ name, type: 'text/plain', data, meta: { relativePath: `folder/${name}` } });
  }
  const { successful, failed } = await uppy.upload();
  return {
    urls: successful.map(({ uploadURL }) => uploadURL),
    failed: failed.map(({ name, error }) => `${name}: ${error}`),
  };
}

/** What a browser runs of a module that imports packages. */
async function bundled(code: string): Promise<string> {
  const id = 'virtual:example';
  const made = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, rollupOptions: { input: id } },
    plugins: [
      {
        name: 'example',
        resolveId: (source) => (source === id ? id : undefined),
        load: (source) => (source === id ? code : undefined),
      },
    ],
  });
  const { output } = made as { output: readonly { readonly type: string; readonly code?: string }[] };
  return output.find(({ type }) => type === 'chunk')?.code ?? '';
}
