import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { untilAborted } from '#platform/abort.ts';
import { createLogger } from '#platform/logger.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import { createApp } from '../app.ts';
import { createBackend } from '../backend.ts';
import { HostList } from '../http/origin-guard.ts';

const backend = createBackend('unix:/nonexistent/filemill.sock');
const id = '019aaf00-0000-7000-8000-000000000000';
let began = Promise.withResolvers<void>();
let ended = Promise.withResolvers<void>();

/** Files that never end. */
const metadata = {
  ...backend.metadata,
  async *watchFiles(_request: object, { signal }: CallOptions = {}) {
    began.resolve();
    if (signal !== undefined) await untilAborted(signal);
    ended.resolve();
    yield* [];
  },
} as typeof backend.metadata;

const app = createApp({
  backend: { ...backend, metadata },
  maxFileSize: 2 ** 30,
  hosts: HostList.of('127.0.0.1:8080', ''),
  logger: createLogger('web', { level: 'silent', format: 'json' }),
  dashboard: undefined,
});
before(() => app.listen({ host: '127.0.0.1', port: 0 }));
after(async () => {
  await app.close();
  backend[Symbol.dispose]();
});

async function connect(mode: 'legacy' | 'auto', headers: Record<string, string> = {}) {
  const { port } = app.server.address() as AddressInfo;
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const url = new URL(`http://127.0.0.1:${port}/mcp`);
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return { client, [Symbol.asyncDispose]: () => client.close() };
}

describe('MCP over HTTP', () => {
  for (const mode of ['legacy', 'auto'] as const)
    it(`stops waiting when the client goes (${mode})`, async () => {
      began = Promise.withResolvers();
      ended = Promise.withResolvers();
      const session = await connect(mode);
      const waiting = session.client.callTool({ name: 'wait', arguments: { ids: [id], timeout_seconds: 300 } });
      const outcome = assert.rejects(waiting);
      await began.promise;
      await session[Symbol.asyncDispose]();
      await Promise.all([outcome, ended.promise]);
    });

  it('stops waiting when the client cancels', async () => {
    began = Promise.withResolvers();
    ended = Promise.withResolvers();
    await using session = await connect('auto');
    const cancel = new AbortController();
    const call = { name: 'wait', arguments: { ids: [id], timeout_seconds: 300 } };
    const outcome = assert.rejects(session.client.callTool(call, { signal: cancel.signal }));
    await began.promise;
    cancel.abort();
    await Promise.all([outcome, ended.promise]);
  });

  it('tells where to upload to, below the path of a proxy and with any name', async () => {
    await using session = await connect('auto', { 'x-forwarded-prefix': '/filemill' });
    const { structuredContent } = await session.client.callTool({
      name: 'upload_file',
      arguments: { filename: "it's a/b.txt" },
    });
    const { url, command } = structuredContent as { url: string; command: string };
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/filemill\/files\/it's%20a%2Fb\.txt$/);
    assert.ok(command.endsWith("it'\\''s%20a%2Fb.txt'"));
  });

  it('refuses a body that is too large, and one that is no JSON', async () => {
    const { port } = app.server.address() as AddressInfo;
    const send = (body: string) =>
      fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    assert.equal((await send(`"${'x'.repeat(65 * 1024)}"`)).status, 413);
    assert.equal((await send('{')).status, 400);
  });
});
