import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Stream, connect, constants } from 'node:http2';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import { createLogger } from '../../logger.ts';
import { healthHandlers } from '../health.ts';
import { RpcServer } from '../server.ts';
import type { ConnectionLimits } from './connection-guard.ts';

const upload = '/filemill.v1.UploadService/UploadFile';
const uploadMany = '/filemill.v1.UploadService/UploadMany';
const check = '/grpc.health.v1.Health/Check';

describe('The connection guard', () => {
  it('refuses calls that together hold too much of messages half received', async () => {
    await using server = await serve({ heldBytes: 1024 * 1024 });
    const half = Buffer.alloc(5 + 300 * 1024);
    half.writeUInt32BE(1024 * 1024, 1);
    const ends = Array.from({ length: 4 }, () => server.open(upload, half).end);
    assert.deepEqual(await Promise.all(ends), Array(4).fill(constants.NGHTTP2_REFUSED_STREAM));
  });

  it('ends calls whose request does not come', async () => {
    await using server = await serve({ requestMs: 100 });
    const silent = [server.open(upload), server.open(check), server.open(check, Buffer.alloc(5))];
    for (const { end } of silent) assert.equal(await end, constants.NGHTTP2_CANCEL);
  });

  it('leaves a stream alone whose first message came', async () => {
    await using server = await serve({ requestMs: 100 });
    const begun = server.open(upload, Buffer.alloc(5));
    await server.open(check).end;
    assert.equal(begun.stream.closed, false);
  });

  it('lets a client hear that its message cannot be read, whatever is still being answered', async () => {
    await using server = await serve({});
    const { stream, end } = server.open(uploadMany, Buffer.alloc(5));
    const trailers = once(stream, 'trailers');
    await once(stream.resume(), 'data');
    const [good, unreadable] = [Buffer.alloc(5), Buffer.of(0, 0, 0, 0, 1, 0xff)];
    stream.write(Buffer.concat([good, unreadable]));
    assert.equal((await trailers)[0]['grpc-status'], '13');
    await end;
  });
});

/** A server whose uploads never end by themselves, and a client of it. */
async function serve(limits: Partial<ConnectionLimits>) {
  const server = new RpcServer(createLogger('test', { level: 'silent', format: 'json' }), {}, limits)
    .addPart(UploadService, {
      uploadFile: (requests) => Array.fromAsync(requests).then(() => ({})),
      async *uploadMany(requests) {
        // Answers at every moment there is.
        for await (const _ of requests)
          for (let n = 0; n < 200; n++, await (n % 2 === 0 ? setImmediate() : undefined)) yield {};
      },
    })
    .add(
      Health,
      healthHandlers(async () => undefined),
    );
  await server.listen('127.0.0.1:0');
  const session = connect(`http://127.0.0.1:${server.port}`);
  return {
    open: (path: string, bytes?: Buffer): { stream: ClientHttp2Stream; end: Promise<number | undefined> } => {
      const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' });
      stream.on('error', () => undefined);
      if (bytes !== undefined) stream.write(bytes);
      return { stream, end: new Promise((resolve) => stream.once('close', () => resolve(stream.rstCode))) };
    },
    [Symbol.asyncDispose]: async () => {
      session.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}
