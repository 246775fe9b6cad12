import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { testFolder } from '../support/start-services.ts';
import { earlierMcp } from './support/tools.ts';

/** What this test uses of the earlier SDK, which the project does not depend on. */
interface Client {
  connect(transport: object): Promise<void>;
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>;
  callTool(call: { readonly name: string; readonly arguments: object }): Promise<Answer>;
  close(): Promise<void>;
}
interface Answer {
  readonly isError?: boolean;
  readonly content: readonly { readonly text: string }[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
}
interface Sdk {
  readonly Client: new (about: object) => Client;
  readonly StdioClientTransport: new (settings: object) => object;
  readonly StreamableHTTPClientTransport: new (url: URL) => object;
}

const program = fileURLToPath(new URL('../../bin/filemill.js', import.meta.url));

async function earlierSdk(): Promise<Sdk> {
  const modules = ['index.js', 'stdio.js', 'streamableHttp.js'].map((name) => import(join(earlierMcp, name)));
  return Object.assign({}, ...((await Promise.all(modules)) as object[])) as Sdk;
}

describe('a client of the earlier MCP SDK', () => {
  const resources = new AsyncDisposableStack();
  let cluster: Cluster;
  let sdk: Sdk;
  let folder: string;
  before(async () => {
    sdk = await earlierSdk();
    folder = resources.use(await testFolder()).path;
    await writeFile(join(folder, 'note.txt'), 'two words');
    cluster = resources.use(await startCluster({ services: httpServices }));
    await cluster.start('worker', { FILEMILL_KEEP_TEXT: '1' });
  });
  after(() => resources.disposeAsync());

  const transports: Readonly<Record<string, () => object>> = {
    stdio: () =>
      new sdk.StdioClientTransport({
        command: process.execPath,
        args: [program, 'mcp', '--root', folder],
        env: { PATH: process.env.PATH ?? '', FILEMILL_SERVER: cluster.target('upload') },
      }),
    HTTP: () => new sdk.StreamableHTTPClientTransport(new URL(`${cluster.base}/mcp`)),
  };
  for (const [name, transport] of Object.entries(transports))
    it(`uploads, waits, reads and is refused over ${name}`, async () => {
      const client = new sdk.Client({ name: 'test', version: '1' });
      await client.connect(transport());
      try {
        assert.equal((await client.listTools()).tools.length, 6);
        const id = await upload(client, folder);
        const waited = await client.callTool({ name: 'wait', arguments: { ids: [id] } });
        assert.equal(waited.structuredContent?.done, true);
        const read = await client.callTool({ name: 'read_text', arguments: { id } });
        assert.equal(read.structuredContent?.text, 'two words');
        const refused = await client.callTool({ name: 'get_file', arguments: { id: crypto.randomUUID() } });
        assert.equal(refused.isError, true);
        assert.match(refused.content[0]?.text ?? '', /^FILE_NOT_FOUND: /);
      } finally {
        await client.close();
      }
    });
});

/** Over stdio the tool sends the file; over HTTP it tells where to send it. */
async function upload(client: Client, folder: string): Promise<string> {
  const byPath = await client.callTool({ name: 'upload_file', arguments: { path: join(folder, 'note.txt') } });
  if (byPath.isError !== true) return String(byPath.structuredContent?.id);
  const { structuredContent } = await client.callTool({ name: 'upload_file', arguments: { filename: 'note.txt' } });
  const { url = '', headers = {} } = (structuredContent ?? {}) as { url?: string; headers?: Record<string, string> };
  const kept = await fetch(url, { method: 'PUT', headers, body: 'two words' });
  return ((await kept.json()) as { id: string }).id;
}
