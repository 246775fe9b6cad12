import assert from 'node:assert/strict';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { UploadFileRequestSchema } from '#gen/filemill/v1/upload_service_pb.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import {
  chunkOf,
  filesBelow,
  metadataOf,
  queryRows,
  startUploadStack,
  type UploadMessage,
} from '../../support/upload-stack.ts';

let backends: Cluster;
before(async () => {
  backends = await startCluster();
});
after(() => backends[Symbol.asyncDispose]());

/** Below gRPC, where a cut can look like the end of a stream that declared neither size nor SHA-256. */
describe('A stream that is cut keeps nothing', () => {
  for (const code of ['NGHTTP2_NO_ERROR', 'NGHTTP2_CANCEL', 'NGHTTP2_INTERNAL_ERROR'] as const)
    it(`by a reset with ${code}`, async () => {
      await using stack = await startUploadStack(backends);
      using client = await openUpload(stack.channel.target);
      await eventually('the volume holds 1 file', async () => (await filesBelow(stack.root)).length === 1);
      client.stream.close(constants[code]);
      await eventually('the volume is empty', async () => (await filesBelow(stack.root)).length === 0);
      assert.deepEqual(await queryRows(backends.databaseUrl, 'select id from files'), []);
    });

  it('by the end of its connection', async () => {
    await using stack = await startUploadStack(backends);
    using client = await openUpload(stack.channel.target);
    await eventually('the volume holds 1 file', async () => (await filesBelow(stack.root)).length === 1);
    client.socket.destroy();
    await eventually('the volume is empty', async () => (await filesBelow(stack.root)).length === 0);
    assert.deepEqual(await queryRows(backends.databaseUrl, 'select id from files'), []);
  });
});

/** Sends metadata and a chunk, and leaves the stream open. */
async function openUpload(target: string) {
  const socket = connect(target.slice('unix:'.length));
  const session = connectHttp2('http://localhost', { createConnection: () => socket });
  const stream = session.request({
    ':method': 'POST',
    ':path': '/filemill.v1.UploadService/UploadFile',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  for (const emitter of [session, stream]) emitter.on('error', () => undefined);
  stream.write(framed(metadataOf({ filename: 'cut' })));
  stream.write(framed(chunkOf('the first half')));
  return { socket, stream, [Symbol.dispose]: () => session.destroy() };
}

/** A gRPC message: one byte for compression, four for the length. */
function framed(message: UploadMessage): Buffer {
  const bytes = toBinary(UploadFileRequestSchema, create(UploadFileRequestSchema, message));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
