import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { FilemillError } from '#domain/errors.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { ResultWriterService } from '#gen/filemill/internal/v1/result_writer_service_pb.ts';
import { UploadLockService } from '#gen/filemill/internal/v1/upload_lock_service_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { chunkOf, metadataOf, startUploadStack, streamOf } from '../../support/upload-stack.ts';

let backends: Cluster;
before(async () => {
  backends = await startCluster();
});
after(() => backends[Symbol.asyncDispose]());

describe('The public port', () => {
  for (const service of [FileLifecycleService, ResultWriterService, UploadLockService])
    for (const method of service.methods)
      it(`does not serve ${service.typeName}/${method.name}`, async () => {
        await using stack = await startUploadStack(backends);
        const call = (stack.channel.client(service) as Record<string, Call>)[method.localName] as Call;
        const error: unknown = await call({}).catch((error: unknown) => error);
        assert.ok(error instanceof FilemillError);
        assert.equal((error.cause as { code: number }).code, status.UNIMPLEMENTED);
      });

  it('passes calls on to metadata and result', async () => {
    await using stack = await startUploadStack(backends);
    const { id } = await stack.uploads.uploadFile(streamOf(metadataOf({ filename: 'passed-on' }), chunkOf('x')));
    const metadata = stack.channel.client(MetadataService);
    const { files } = await metadata.getFiles({ ids: [id] });
    assert.equal(files[0]?.filename, 'passed-on');
    assert.deepEqual((await stack.channel.client(ResultService).getResults({ fileIds: [id] })).missingFileIds, [id]);
  });

  it('passes streams on, also their cancellation', async () => {
    await using stack = await startUploadStack(backends);
    const { id } = await stack.uploads.uploadFile(streamOf(metadataOf({ filename: 'watched' }), chunkOf('x')));
    const metadata = stack.channel.client(MetadataService);
    for await (const { files } of metadata.watchFiles({ ids: [id] })) {
      assert.equal(files[0]?.id, id);
      break;
    }
    assert.deepEqual(await Array.fromAsync(stack.channel.client(ResultService).exportResults({})), []);
    const missing = await Array.fromAsync(metadata.watchFiles({ ids: [randomUUID()] }));
    assert.equal(missing.flatMap(({ missingIds }) => missingIds).length, 1);
  });

  it('passes errors on with their reason', async () => {
    await using stack = await startUploadStack(backends);
    const ids = Array.from({ length: 1_001 }, () => randomUUID());
    await assert.rejects(stack.channel.client(MetadataService).getFiles({ ids }), { reason: 'REQUEST_INVALID' });
    await assert.rejects(Array.fromAsync(stack.channel.client(MetadataService).watchFiles({ ids })), {
      reason: 'REQUEST_INVALID',
    });
  });

  it('ends streams that are passed on when it stops', async () => {
    const stack = await startUploadStack(backends);
    const { id } = await stack.uploads.uploadFile(streamOf(metadataOf({ filename: 'open end' }), chunkOf('x')));
    using channel = new RpcChannel(stack.channel.target);
    const watching = channel
      .client(MetadataService)
      .watchFiles({ ids: [id] })
      [Symbol.asyncIterator]();
    await watching.next();
    const [, error] = await Promise.all([
      stack[Symbol.asyncDispose](),
      watching.next().catch((error: unknown) => error),
    ]);
    assert.ok(error instanceof FilemillError);
    assert.equal(error.reason, 'SHUTTING_DOWN');
  });

  it('says whether files can be taken in', async () => {
    await using stack = await startUploadStack(backends);
    assert.equal((await stack.channel.client(Health).check({})).status, ServingStatus.SERVING);
    await using full = await startUploadStack(backends, { diskReserve: Number.MAX_SAFE_INTEGER });
    assert.equal((await full.channel.client(Health).check({})).status, ServingStatus.NOT_SERVING);
  });
});

type Call = (request: object) => Promise<object>;
