import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Upload } from 'tus-js-client';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { chunkOf, metadataOf, queryRows, streamOf } from '../support/upload-stack.ts';

const content = Buffer.from('eins zwei drei\nשלום עולם\n');
const filename = 'שלום ‘a’ 100%.txt';
const mimeType = 'text/x-declared';
const digest = createHash('sha256').update(content).digest();
const sha256 = digest.toString('hex');

/** What cannot be the same, besides times: who the file is, where its bytes lie, by which lease it ended. */
const ownColumns = ['request_id', 'id', 'file_id', 'storage_key', 'idempotency_key', 'lease_token'];

/** What each way in declares is the same too: a form has its SHA-256 from this server, which computes it on the way. */
describe('a file that comes in another way than by gRPC', () => {
  let stack: Cluster;
  let expected: object;

  const ways: Readonly<Record<string, () => Promise<string>>> = {
    'by PUT, as curl -T sends it': async () => {
      const headers = { 'content-type': mimeType, 'repr-digest': `sha-256=:${digest.toString('base64')}:` };
      const url = `${stack.base}/files/${encodeURIComponent(filename)}`;
      const response = await fetch(url, { method: 'PUT', body: content, headers });
      return ((await response.json()) as { id: string }).id;
    },
    'by a form': async () => {
      const form = new FormData();
      form.append('file', new File([content], filename, { type: mimeType }));
      const response = await fetch(`${stack.base}/api/v1/files`, { method: 'POST', body: form });
      return ((await response.json()) as { files: { id: string }[] }).files[0]?.id ?? '';
    },
    'by tus': () => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const upload = new Upload(content, {
        endpoint: `${stack.base}/uploads`,
        metadata: { filename, filetype: mimeType, sha256 },
        chunkSize: 10,
        onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader('Filemill-File-Id') ?? ''),
        onError: reject,
      });
      upload.start();
      return promise;
    },
  };

  before(async () => {
    stack = await startCluster({ services: httpServices });
    await stack.start('worker');
    using channel = new RpcChannel(stack.env.FILEMILL_UPLOAD_TARGET ?? '');
    const messages = streamOf(metadataOf({ filename, mimeType, sha256 }), chunkOf(content));
    expected = await endOf((await channel.client(UploadService).uploadFile(messages)).id);
  });
  after(() => stack[Symbol.asyncDispose]());

  /** The rows of a file once it has ended, less what is its own. */
  const endOf = async (id: string) => {
    const rows = async (text: string) => (await queryRows(stack.databaseUrl, text, [id])).map(withoutItsOwn);
    await eventually(
      'the result is saved',
      async () => (await rows('select * from results where file_id = $1')).length === 1,
    );
    return {
      files: await rows('select * from files where id = $1'),
      results: await rows('select * from results where file_id = $1'),
    };
  };

  for (const [what, send] of Object.entries(ways))
    it(`has the same row and the same result when it comes ${what}`, async () => {
      assert.deepEqual(await endOf(await send()), expected);
    });
});

function withoutItsOwn(row: Record<string, unknown>): object {
  return Object.fromEntries(
    Object.entries(row).filter(([name, value]) => !ownColumns.includes(name) && !(value instanceof Date)),
  );
}
