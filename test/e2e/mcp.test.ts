import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type CallToolResult, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Scope } from '#domain/access.ts';
import { mintToken, tokenText } from '#domain/token.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { testFolder } from '../support/start-services.ts';

/** Both transports, for clients of the revision of 2026 and for those that begin with the handshake of 2025. */

const adminToken = tokenText(mintToken());
const settings = {
  FILEMILL_AUTH: 'required',
  FILEMILL_TOKEN_KEY: 'k'.repeat(32),
  FILEMILL_ADMIN_TOKEN: adminToken,
};
const program = fileURLToPath(new URL('../../bin/filemill.js', import.meta.url));
const content = 'Ærlig talt: the quick brown fox jumps over the lazy dog.';

interface Cited {
  readonly citation: { readonly file_id: string; readonly sha256: string | null; readonly part: object | null };
}
type Answer<T> = T & Cited;

const resources = new AsyncDisposableStack();
after(() => resources.disposeAsync());

let cluster: Cluster;
let folder: string;
const tokens = new Map<string, string>();

before(async () => {
  folder = resources.use(await testFolder()).path;
  await writeFile(join(folder, 'fox.txt'), content);
  cluster = resources.use(await startCluster({ services: httpServices, settings }));
  await cluster.start('worker', { FILEMILL_KEEP_TEXT: '1' });
  tokens.set('all', await makeToken(['upload', 'read']));
  tokens.set('read', await makeToken(['read']));
  tokens.set('upload', await makeToken(['upload']));
});

async function makeToken(scopes: readonly Scope[]): Promise<string> {
  const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ name: scopes.join(), scopes });
  const made = await fetch(`${cluster.base}/api/v1/tokens`, { method: 'POST', headers, body });
  return ((await made.json()) as { secret: string }).secret;
}

async function webReachesUpload(): Promise<boolean> {
  const headers = { authorization: `Bearer ${adminToken}` };
  return (await fetch(`${cluster.base}/api/v1/files?page_size=1`, { headers })).ok;
}

type Way = (token: string) => StdioClientTransport | StreamableHTTPClientTransport;

const byStdio: Way = (token) =>
  new StdioClientTransport({
    command: process.execPath,
    args: [program, 'mcp', '--root', folder],
    env: { PATH: process.env.PATH ?? '', FILEMILL_SERVER: cluster.target('upload'), FILEMILL_TOKEN: token },
  });
const byHttp: Way = (token) =>
  new StreamableHTTPClientTransport(new URL(`${cluster.base}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });

async function connect(way: Way, era: 'legacy' | 'auto', token = tokens.get('all') ?? '') {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: era } });
  await client.connect(way(token));
  return { client, [Symbol.asyncDispose]: () => client.close() };
}

async function call<T>(client: Client, name: string, args: Record<string, unknown>): Promise<Answer<T>> {
  const answer = (await client.callTool({ name, arguments: args })) as CallToolResult;
  assert.notEqual(answer.isError, true, JSON.stringify(answer.content));
  return answer.structuredContent as Answer<T>;
}

/** The reason of a refusal. */
async function refused(client: Client, name: string, args: Record<string, unknown>): Promise<string> {
  const answer = (await client.callTool({ name, arguments: args })) as CallToolResult;
  assert.equal(answer.isError, true);
  const { reason } = (answer._meta?.['filemill/problem'] ?? {}) as { reason?: string };
  const [told] = answer.content;
  assert.ok(told?.type === 'text' && told.text.startsWith(`${reason}: `), JSON.stringify(answer));
  return reason ?? '';
}

/** Uploads as an assistant does with what the tool answers. */
async function upload(client: Client, way: Way): Promise<string> {
  if (way === byStdio) return (await call<{ id: string }>(client, 'upload_file', { path: 'fox.txt' })).id;
  const { url, method, headers } = await call<{ url: string; method: string; headers: Record<string, string> }>(
    client,
    'upload_file',
    { filename: 'fox.txt' },
  );
  const withToken = { ...headers, authorization: `Bearer ${tokens.get('all')}` };
  const kept = await fetch(url, { method, headers: withToken, body: content });
  return ((await kept.json()) as { id: string }).id;
}

const ways: readonly [title: string, way: Way][] = [
  ['stdio', byStdio],
  ['HTTP', byHttp],
];
for (const [title, way] of ways)
  for (const era of ['legacy', 'auto'] as const)
    describe(`MCP over ${title} (${era})`, () => {
      it('lists tools with their schemas, and says that none removes anything', async () => {
        await using session = await connect(way, era);
        const { tools } = await session.client.listTools();
        const names = ['find_files', 'get_file', 'get_result', 'read_text', 'upload_file', 'wait'];
        assert.deepEqual(tools.map(({ name }) => name).sort(), names);
        for (const { annotations, outputSchema, description } of tools) {
          assert.equal(annotations?.destructiveHint, false);
          assert.equal(outputSchema?.type, 'object');
          assert.ok(description);
        }
      });

      it('takes a file from its upload to its text, and cites it', async () => {
        await using session = await connect(way, era);
        const { client } = session;
        const id = await upload(client, way);
        const { done, files } = await call<{ done: boolean; files: Cited[] }>(client, 'wait', { ids: [id] });
        assert.ok(done);
        const sha256 = files[0]?.citation.sha256;
        assert.match(sha256 ?? '', /^[0-9a-f]{64}$/);
        const found = await call<{ result: { word_count: number } }>(client, 'get_result', { id });
        assert.equal(found.result.word_count, 11);
        assert.deepEqual(found.citation, { file_id: id, filename: 'fox.txt', sha256, part: null });
        const read = await readAll(client, id);
        assert.equal(read, content);
        const listed = await call<{ files: { id: string }[] }>(client, 'find_files', { sha256, page_size: 100 });
        assert.ok(listed.files.some((file) => file.id === id));
      });

      it('refuses what the token may not do, and what is not there, in words and with a reason', async () => {
        await using reader = await connect(way, era, tokens.get('read'));
        const id = '019aaf00-0000-7000-8000-000000000000';
        assert.equal(await refused(reader.client, 'get_file', { id }), 'FILE_NOT_FOUND');
        if (way === byStdio)
          assert.equal(await refused(reader.client, 'upload_file', { path: 'fox.txt' }), 'PERMISSION_DENIED');
        await using uploader = await connect(way, era, tokens.get('upload'));
        for (const name of ['get_file', 'get_result', 'read_text'])
          assert.equal(await refused(uploader.client, name, { id }), 'PERMISSION_DENIED');
        assert.equal(await refused(uploader.client, 'find_files', {}), 'PERMISSION_DENIED');
      });

      it('outlives a restart of the server', async () => {
        const name = way === byStdio ? 'upload' : 'web';
        await using session = await connect(way, era);
        await call(session.client, 'find_files', {});
        await cluster.stop(name);
        if (way === byStdio) assert.equal(await refused(session.client, 'find_files', {}), 'UNAVAILABLE');
        else await assert.rejects(session.client.callTool({ name: 'find_files', arguments: {} }));
        await cluster.start(name);
        await call(session.client, 'find_files', {});
        // Web tries to connect to the upload service only so often while that is away.
        await eventually('web reaches the upload service again', webReachesUpload);
      });
    });

async function readAll(client: Client, id: string): Promise<string> {
  let text = '';
  let offset: number | null = 0;
  while (offset !== null) {
    const part: Answer<{ text: string; next_offset: number | null }> = await call(client, 'read_text', {
      id,
      offset,
      max_bytes: 16,
    });
    const bytes = Buffer.byteLength(part.text);
    assert.deepEqual(part.citation.part, { offset, bytes });
    text += part.text;
    offset = part.next_offset;
  }
  return text;
}

describe('MCP', () => {
  it('has no tool to upload with where no folder is named', async () => {
    const way: Way = (token) =>
      new StdioClientTransport({
        command: process.execPath,
        args: [program, 'mcp'],
        env: { PATH: process.env.PATH ?? '', FILEMILL_SERVER: cluster.target('upload'), FILEMILL_TOKEN: token },
      });
    await using session = await connect(way, 'legacy');
    const { tools } = await session.client.listTools();
    assert.ok(tools.every(({ name }) => name !== 'upload_file'));
  });

  it('refuses paths outside, and says as much of those that do not exist', async () => {
    await using session = await connect(byStdio, 'legacy');
    for (const path of ['../../etc/passwd', '/etc/passwd', 'missing.txt', '.'])
      assert.equal(await refused(session.client, 'upload_file', { path }), 'FILE_UNREADABLE');
  });

  it('demands credentials over HTTP', async () => {
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const response = await fetch(`${cluster.base}/mcp`, { method: 'POST', headers, body });
    assert.equal(response.status, 401);
    assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer/);
  });
});
