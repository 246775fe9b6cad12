import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Json } from '#contract/schemas.ts';
import { filemill } from '../../support/cli.ts';
import type { Site } from './site.ts';

const MiB = 2 ** 20;
const resumable = { 'tus-resumable': '1.0.0' };
const hashOf = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

/** What a browser says of a request that its page sends to where it came from. */
const pageHeaders = ({ url }: Site) => ({ origin: url.origin, 'content-type': 'application/json' });

/** All that is done over HTTP, through a proxy as without one. */
export const overHttp: Readonly<Record<string, (site: Site) => Promise<void>>> = {
  async 'serves the page and what it is made of'(site) {
    for (const page of ['.', 'ui/files?status=FAILED']) {
      const { text } = await site.get(page);
      const [, script = ''] = /<script type="module"[^>]* src="([^"]+)"/.exec(text) ?? [];
      const address = new URL(script, new URL(page, site.url)).href;
      assert.match(
        (await site.get(address, { 'accept-encoding': 'gzip' })).headers['content-type'] ?? '',
        /javascript/,
      );
    }
  },

  'takes a small file by PUT': (site) => put(site, 1_000),
  'takes a large file by PUT': (site) => put(site, 3 * MiB),

  async 'takes files by a form'(site) {
    const content = randomBytes(3 * MiB);
    const form = new FormData();
    form.append('file', new File([content], 'form.bin'));
    const encoded = new Response(form);
    const headers = { 'content-type': encoded.headers.get('content-type') ?? '' };
    const { text } = await site.ask('POST', 'api/v1/files', { headers, body: await encoded.bytes() });
    assert.match(text, new RegExp(hashOf(content)));
  },

  async 'takes a file by tus, with a slash and without'(site) {
    for (const address of ['uploads', 'uploads/']) {
      const content = randomBytes(1_500_000);
      const sha256 = Buffer.from(hashOf(content)).toString('base64');
      const begin = { ...resumable, 'upload-length': content.length, 'upload-metadata': `sha256 ${sha256}` };
      const { headers } = await site.ask('POST', address, { headers: begin });
      const upload = new URL(headers.location ?? '', new URL(address, site.url)).href;
      let kept: string | undefined;
      for (let offset = 0; offset < content.length; offset += 800_000) {
        const sent = { ...resumable, 'upload-offset': offset, 'content-type': 'application/offset+octet-stream' };
        const body = content.subarray(offset, offset + 800_000);
        kept = String((await site.ask('PATCH', upload, { headers: sent, body })).headers['filemill-file-id']);
      }
      // Other bytes would have been refused.
      assert.equal((await site.get(`api/v1/files/${kept}`)).json<{ size: number }>().size, content.length);
    }
  },

  async 'tells of what happens while it happens'(site) {
    const events = await site.open('GET', 'api/v1/events', { headers: { 'accept-encoding': 'gzip' } });
    let id: string | undefined;
    let told = '';
    const isCompressed = events.headers['content-encoding'] === 'gzip';
    for await (const piece of isCompressed ? pipeline(events, createGunzip(), () => undefined) : events) {
      told += piece;
      if (id !== undefined && told.includes(id)) break;
      id ??= (await site.ask('PUT', 'files/event.txt', { body: 'news' })).json<{ id: string }>().id;
    }
    assert.equal(events.headers['content-type'], 'text/event-stream');
  },

  async 'takes what its own page sends'(site) {
    const { id } = (await site.ask('PUT', 'files/own.txt', { body: 'x' })).json<{ id: string }>();
    const body = JSON.stringify({ ids: [id] });
    const { text } = await site.ask('POST', 'api/v1/files:delete', { headers: pageHeaders(site), body });
    assert.match(text, new RegExp(id));
  },

  async 'takes nothing that the page of another site sends'(site) {
    for (const foreign of [{ origin: 'http://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
      const headers = { ...pageHeaders(site), ...foreign };
      const body = JSON.stringify({ ids: [crypto.randomUUID()] });
      await assert.rejects(site.ask('POST', 'api/v1/files:delete', { headers, body }), /403 .*ORIGIN_REFUSED/);
    }
  },

  async 'says when nothing has changed'(site) {
    const { id } = (await site.ask('PUT', 'files/same.txt', { body: 'x' })).json<{ id: string }>();
    const headers = { 'accept-encoding': 'gzip' };
    const { etag } = (await site.get(`api/v1/files/${id}`, headers)).headers;
    assert.ok(etag);
    const again = await site.get(`api/v1/files/${id}`, { ...headers, 'if-none-match': etag });
    assert.equal(again.status, 304);
  },
};

/** All that is done over gRPC: the folder holds `many`, `middling.bin` and `large.bin`. */
export const overGrpc: Readonly<Record<string, (server: string, folder: string) => Promise<void>>> = {
  'takes a folder by gRPC': (server, folder) => upload(server, join(folder, 'many'), 40),
  'takes a file of one call by gRPC': (server, folder) => upload(server, join(folder, 'middling.bin'), 1),
  'takes a file of several calls by gRPC': (server, folder) => upload(server, join(folder, 'large.bin'), 1),
};

async function put(site: Site, bytes: number): Promise<void> {
  const content = randomBytes(bytes);
  const { status, headers, ...answer } = await site.ask('PUT', 'files/put.bin', { body: content });
  assert.equal(status, 201);
  const { id, sha256 } = answer.json<Json<'Receipt'>>();
  assert.equal(sha256, hashOf(content));
  const location = new URL(headers.location ?? '', new URL('files/put.bin', site.url)).href;
  assert.equal((await site.get(location)).json<{ id: string }>().id, id);
}

async function upload(server: string, path: string, files: number): Promise<void> {
  const { code, stderr, lines } = await filemill(['upload', path, '--json'], { server });
  assert.equal(code, 0, stderr);
  assert.equal(lines().length, files);
}
