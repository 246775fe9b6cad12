import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { never, untilAborted } from '#platform/abort.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { mcpServer } from './server.ts';

const [first, second] = ['019aaf00-0000-7000-8000-000000000001', '019aaf00-0000-7000-8000-000000000002'];
const channel = new RpcChannel('unix:/nonexistent/filemill.sock');
const ended = Promise.withResolvers<void>();

/** The first file ends at once, the second never. */
const files = {
  ...channel.client(MetadataService),
  async *watchFiles(_request: object, { signal = never }: CallOptions = {}) {
    yield { files: [{ id: first, status: FileStatus.COMPLETED, attempt: 1 }], missingIds: [] };
    await untilAborted(signal);
    ended.resolve();
  },
  getFiles: async () => {
    throw new Error('connect to postgres://filemill:secret@db/filemill');
  },
} as unknown as ReturnType<typeof channel.client<typeof MetadataService>>;

const client = new Client({ name: 'test', version: '1' });
before(async () => {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const server = mcpServer({ files, results: channel.client(ResultService), version: '1' });
  await server.connect(ours);
  await client.connect(theirs);
});
after(async () => {
  await client.close();
  channel[Symbol.dispose]();
});

describe('the tools', () => {
  it('report how far a wait has come, and end it when the client cancels', async () => {
    const cancel = new AbortController();
    const call = { name: 'wait', arguments: { ids: [first, second], timeout_seconds: 300 } };
    const reports: object[] = [];
    const onprogress = ({ progress, total }: { progress: number; total?: number | undefined }) => {
      reports.push({ progress, total });
      cancel.abort();
    };
    await assert.rejects(client.callTool(call, { signal: cancel.signal, onprogress }));
    await ended.promise;
    assert.deepEqual(reports, [{ progress: 1, total: 2 }]);
  });

  it('tell of a defect without its message', async () => {
    const answer = await client.callTool({ name: 'get_file', arguments: { id: first } });
    assert.equal(answer.isError, true);
    const told = JSON.stringify(answer);
    assert.match(told, /INTERNAL/);
    assert.doesNotMatch(told, /secret|postgres/);
  });

  it('name the argument that does not fit', async () => {
    const answer = await client.callTool({ name: 'get_file', arguments: { id: 'not-an-id' } });
    assert.equal(answer.isError, true);
    assert.match(JSON.stringify(answer.content), /id.*UUID/);
  });
});
