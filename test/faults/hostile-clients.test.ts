import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { constants } from 'node:http2';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { FilemillError } from '#domain/errors.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { callHead, frame, frameTypes, preface } from './hostile/http2-bytes.ts';
import { anyName, framed, framedBytes, pathOf, RawClient, uploadMessage } from './hostile/raw-client.ts';
import { endure, type Ordeal, startTarget, type Target } from './hostile/target.ts';

const idleMs = 2_000;
const MiB = 1024 * 1024;

let target: Target;
before(async () => {
  target = await startTarget({ FILEMILL_STREAM_IDLE_MS: String(idleMs), FILEMILL_MAX_UPLOADS: '300' });
  for (let n = 0; n < 20; n += 1) await target.upload(Buffer.alloc(100_000));
});
after(() => target[Symbol.asyncDispose]());

describe('After a refusal', () => {
  it('a client that goes on gets the typed error and is asked to stop', async () => {
    using channel = target.channel();
    let sent = 0;
    const endless = async function* () {
      for (; ; sent += 1) yield { part: { case: 'chunk' as const, value: Buffer.alloc(64 * 1024) } };
    };
    const error: unknown = await channel
      .client(UploadService)
      .uploadFile(endless())
      .catch((error: unknown) => error);
    assert.ok(error instanceof FilemillError);
    assert.equal(error.reason, 'METADATA_MISSING');
    await delay(100);
    const after = sent;
    await delay(200);
    assert.equal(sent, after);
  });

  it('a stream is reset, with its status and the details before', async () => {
    using client = new RawClient(target);
    const stream = client.openUpload();
    let sent = 0;
    const pump = () => {
      while (!stream.destroyed && stream.write(Buffer.alloc(16 * 1024))) sent += 16 * 1024;
    };
    stream.on('drain', pump);
    const [head] = (await Promise.all([once(stream, 'response'), closed(stream), pump()]))[0];
    assert.equal(head['grpc-status'], '3');
    assert.ok(Buffer.from(head['grpc-status-details-bin'], 'base64').includes('METADATA_MISSING'));
    assert.equal(stream.rstCode, constants.NGHTTP2_NO_ERROR);
    // What the windows of flow control let through before the client hears of it, and no more.
    assert.ok(sent < 8 * MiB, `${sent} bytes sent`);
  });

  it('a client that ignores the reset is cut off', async (test) => {
    const socket = target.connect();
    socket.on('error', () => undefined).resume();
    const cut = closed(socket);
    socket.write(
      Buffer.concat([preface, frame(frameTypes.settings, 0, 0), callHead(1, uploadPath, target.authorization)]),
    );
    const chunk = Buffer.concat(Array.from({ length: 64 }, () => frame(frameTypes.data, 0, 1, Buffer.alloc(16_384))));
    const pump = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', pump);
    pump();
    await cut;
    test.diagnostic(`${Math.round(socket.bytesWritten / MiB)} MiB written before the cut`);
    assert.ok(socket.bytesWritten < 1024 * MiB);
    await target.assertServes();
  });
});

describe('A good client uploads, and memory stays bounded, beside', () => {
  it('750 half-sent messages, most as large as may be, some of 4 MiB, on 3 connections', async (test) => {
    report(
      test,
      await endure(target, () =>
        onConnections(3, async (client) => {
          const half = (n: number) => (n % 5 === 0 ? halfTooLarge : halfAllowed);
          const writes = Array.from({ length: 250 }, async (_, n) => {
            const stream = client.openUpload();
            await new Promise((resolve) => stream.write(half(n), resolve));
          });
          await Promise.all(writes);
        }),
      ),
    );
  });

  it('200 half-sent messages in fragments of one byte', async (test) => {
    report(
      test,
      await endure(target, async () => {
        await using socket = rawConnection();
        for (let call = 1; call < 400; call += 2) {
          await socket.write(callHead(call, uploadPath, target.authorization));
          await socket.write(frame(frameTypes.data, 0, call, framedBytes(Buffer.alloc(0), MiB)));
        }
        const crumb = Buffer.of(1);
        for (let round = 0; round < 3_000; round += 1) {
          const crumbs = Array.from({ length: 200 }, (_, n) => frame(frameTypes.data, 0, 1 + 2 * n, crumb));
          await socket.write(Buffer.concat(crumbs));
        }
        await delay(500);
      }),
    );
  });

  it('200 oversized messages', async (test) => {
    report(
      test,
      await endure(target, () =>
        onOneConnection(async (client) => {
          const ends = Array.from({ length: 200 }, async () => {
            const stream = client.openUpload();
            stream.write(oversized);
            await closed(stream);
          });
          await Promise.all(ends);
        }),
      ),
    );
  });

  it('1,000 idle streams, with and without metadata, and half a byte of anything', async (test) => {
    report(
      test,
      await endure(target, () =>
        onConnections(8, async (client) => {
          for (let n = 0; n < 125; n += 1) {
            const stream = n % 3 === 0 ? client.open(pathOf(MetadataService.method.getStats)) : client.openUpload();
            if (n % 3 === 1) stream.write(anyName);
          }
          await delay(idleMs + 1_000);
        }),
      ),
    );
  });

  it('1,000 streams at one byte a second, each of which ends with STREAM_IDLE', async (test) => {
    let ended = 0;
    report(
      test,
      await endure(target, () =>
        onConnections(8, async (client) => {
          const crawls = Array.from({ length: 125 }, async () => {
            const stream = client.openUpload();
            stream.resume().on('response', (head) => {
              ended += Number(head['grpc-status'] === '4' || head['grpc-status'] === '8');
            });
            stream.write(anyName);
            while (!stream.closed) {
              stream.write(uploadMessage({ case: 'chunk', value: Buffer.of(1) }));
              await delay(1_000);
            }
          });
          await Promise.all(crawls);
        }),
      ),
    );
    assert.equal(ended, 1_000);
  });

  it('floods of resets', async (test) => {
    report(
      test,
      await endure(target, async () => {
        for (let flood = 0; flood < 5; flood += 1) {
          await using socket = rawConnection();
          for (let call = 1; call < 40_000 && !socket.ended; call += 200) {
            const pairs = Array.from({ length: 100 }, (_, n) => [
              callHead(call + 2 * n, uploadPath, target.authorization),
              frame(frameTypes.reset, 0, call + 2 * n, Buffer.of(0, 0, 0, 8)),
            ]);
            await socket.write(Buffer.concat(pairs.flat()));
          }
        }
      }),
    );
  });

  it('floods of pings and settings', async (test) => {
    report(
      test,
      await endure(target, async () => {
        for (const type of [frameTypes.ping, frameTypes.settings]) {
          await using socket = rawConnection();
          const flood = Array.from({ length: 5_000 }, () =>
            frame(type, 0, 0, Buffer.alloc(type === frameTypes.ping ? 8 : 0)),
          );
          for (let round = 0; round < 100 && !socket.ended; round += 1) await socket.write(Buffer.concat(flood));
        }
      }),
    );
  });

  it('readers of WatchFiles and ExportResults who take nothing', async (test) => {
    const longPath = Array.from({ length: 10 }, () => 'w'.repeat(200)).join('/');
    const ids = await Promise.all(Array.from({ length: 100 }, () => target.upload(Buffer.from('watched'), longPath)));
    const { watchFiles } = MetadataService.method;
    const watch = framed(watchFiles.input, { ids });
    report(
      test,
      await endure(target, async () => {
        const clients = Array.from({ length: 2 }, () => new RawClient(target, { initialWindowSize: 0 }));
        for (const client of clients)
          for (let n = 0; n < 200; n += 1) {
            client.open(pathOf(watchFiles)).end(watch);
            client.open(pathOf(ResultService.method.exportResults)).end(framedBytes(Buffer.alloc(0)));
          }
        await delay(3_000);
        for (const client of clients) client[Symbol.dispose]();
      }),
    );
  });
});

const halfAllowed = Buffer.concat([anyName, framedBytes(Buffer.alloc(MiB - 1), MiB)]);
const halfTooLarge = Buffer.concat([anyName, framedBytes(Buffer.alloc(MiB), 4 * MiB)]);
const oversized = Buffer.concat([anyName, framedBytes(Buffer.alloc(4 * MiB))]);

const uploadPath = pathOf(UploadService.method.uploadFile);

/** Five sixths of the memory that the manifest gives to the upload service (k8s/upload.yaml: 768 MiB). */
const allowedMiB = 640;

function report(test: TestContext, { uploads, peakMiB, grownMiB }: Ordeal): void {
  test.diagnostic(`${uploads} good uploads; memory at most ${peakMiB} MiB, ${grownMiB} more than at the start`);
  assert.ok(peakMiB < allowedMiB, `memory reached ${peakMiB} MiB, ${grownMiB} more than at the start`);
}

async function onOneConnection(attack: (client: RawClient) => Promise<void>): Promise<void> {
  using client = new RawClient(target);
  await attack(client);
}

async function onConnections(count: number, attack: (client: RawClient) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => onOneConnection(attack)));
}

/** Also when it closes with an error. */
async function closed(emitter: EventEmitter): Promise<void> {
  await new Promise<void>((resolve) => emitter.once('close', resolve));
}

/** A connection without a protocol; writing waits until the bytes are taken, or the connection is gone. */
function rawConnection() {
  const socket = target.connect();
  let ended = false;
  const end = closed(socket).then(() => {
    ended = true;
  });
  socket.on('error', () => undefined).resume();
  socket.write(Buffer.concat([preface, frame(frameTypes.settings, 0, 0)]));
  return {
    get ended() {
      return ended;
    },
    write: async (bytes: Uint8Array) => {
      if (!ended) await Promise.race([end, new Promise((resolve) => socket.write(bytes, resolve))]);
    },
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
      await end;
    },
  };
}
