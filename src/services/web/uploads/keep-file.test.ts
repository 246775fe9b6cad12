import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { type UploadFileRequest, UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { createLogger } from '#platform/logger.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { RpcServer } from '#platform/rpc/server.ts';
import { testFolder } from '#test/support/start-services.ts';
import type { Backend } from '../backend.ts';
import { keepFile } from './keep-file.ts';

describe('a file that is passed on', () => {
  it('says where the content ends, by the SHA-256 that closes it', async () => {
    const parts = await partsOf(Readable.from([Buffer.from('one '), Buffer.from('two')]));
    const sha256 = createHash('sha256').update('one two').digest('hex');
    assert.equal(parts[0]?.case === 'metadata' && parts[0].value.sha256AtClose, true);
    assert.deepEqual(
      parts.slice(1).map(({ case: kind, value }) => [kind, kind === 'closing' && value.sha256]),
      [
        ['chunk', false],
        ['closing', sha256],
      ],
    );
  });
});

/** What an upload service gets to see. */
async function partsOf(content: Readable): Promise<UploadFileRequest['part'][]> {
  const parts: UploadFileRequest['part'][] = [];
  await using folder = await testFolder();
  const server = new RpcServer(createLogger('test', { level: 'silent', format: 'json' }));
  await using _ = server.addPart(UploadService, {
    async uploadFile(requests) {
      for await (const { part } of requests) parts.push(part);
      return {};
    },
  });
  await server.listen(`unix:${folder.path}/s`);
  using channel = new RpcChannel(`unix:${folder.path}/s`);
  const backend = { upload: channel.client(UploadService) } as Pick<Backend, 'upload'> as Backend;
  await keepFile(backend, { filename: 'a' }, content, {});
  return parts;
}
