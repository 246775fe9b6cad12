import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { FilemillError } from '#domain/errors.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { never } from '#platform/abort.ts';
import { createLogger } from '#platform/logger.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { RpcServer } from '#platform/rpc/server.ts';
import { testFolder } from '#test/support/start-services.ts';
import { FileContent } from './upload-content.ts';
import { uploadFile } from './upload-file.ts';

const forMs = 200;

describe('an upload', () => {
  const resources = new AsyncDisposableStack();
  let folder: string;
  let content: FileContent;
  before(async () => {
    folder = resources.use(await testFolder()).path;
    await writeFile(join(folder, 'large'), Buffer.alloc(8 * 1024 * 1024));
    content = resources.use(await FileContent.open(join(folder, 'large')));
  });
  after(() => resources.disposeAsync());

  /** Sends the file to a server that takes `messagesTaken(try)` messages and then fails, until it knows no number. */
  async function send(messagesTaken: (tried: number) => number | undefined): Promise<number> {
    let tried = 0;
    await using server = new RpcServer(createLogger('test', { level: 'silent', format: 'json' })).addPart(
      UploadService,
      {
        async uploadFile(requests) {
          const count = messagesTaken(++tried);
          if (count === 0) throw new FilemillError('UNAVAILABLE');
          let messages = 0;
          for await (const _ of requests) if (++messages === count) break;
          if (count === undefined) return { id: 'kept' };
          await delay(2 * forMs);
          throw new FilemillError('UNAVAILABLE');
        },
        async *uploadMany() {},
      },
    );
    await server.listen(`unix:${folder}/s`);
    using channel = new RpcChannel(`unix:${folder}/s`);
    const file = { filename: 'large', path: '', idempotencyKey: 'x', content };
    await uploadFile(channel.client(UploadService), file, { signal: never, forMs });
    return tried;
  }

  it('is tried again for the whole time when it is cut short late, after an earlier failure', async () => {
    assert.equal(await send((tried) => [0, 20][tried - 1]), 3);
  });

  it('is given up when it always fails at the same place', async () => {
    await assert.rejects(
      send(() => 20),
      { reason: 'UNAVAILABLE' },
    );
  });
});
