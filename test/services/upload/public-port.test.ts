import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { FilemillError } from '#domain/errors.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { ResultWriterService } from '#gen/filemill/internal/v1/result_writer_service_pb.ts';
import { UploadLockService } from '#gen/filemill/internal/v1/upload_lock_service_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.ts';
import { ServerReflection, type ServerReflectionRequestSchema } from '#gen/grpc/reflection/v1/reflection_pb.ts';
import { ServerReflection as ServerReflectionAlpha } from '#gen/grpc/reflection/v1alpha/reflection_pb.ts';
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

  for (const service of [ServerReflection, ServerReflectionAlpha])
    it(`tells of the public services by ${service.typeName}, and of no other`, async () => {
      await using stack = await startUploadStack(backends);
      const listed: string[] = [];
      const asking = stack.channel.client(service).serverReflectionInfo(only({ case: 'listServices', value: '' }));
      for await (const { messageResponse: answer } of asking)
        if (answer.case === 'listServicesResponse') listed.push(...answer.value.service.map(({ name }) => name));
      assert.ok(listed.includes(MetadataService.typeName) && listed.includes(Health.typeName));
      assert.deepEqual(
        listed.filter((name) => !/^(filemill\.v1|grpc\.health\.v1)\./.test(name)),
        [],
      );
    });

  it('ends reflection when it stops', async () => {
    const stack = await startUploadStack(backends);
    using channel = new RpcChannel(stack.channel.target);
    const open = (async function* () {
      yield* only({ case: 'listServices', value: '' });
      await new Promise(() => undefined);
    })();
    const answers = channel.client(ServerReflection).serverReflectionInfo(open)[Symbol.asyncIterator]();
    await answers.next();
    const [, end] = await Promise.all([stack[Symbol.asyncDispose](), answers.next()]);
    assert.equal(end.done, true);
  });

  it('says whether files can be taken in', async () => {
    await using stack = await startUploadStack(backends);
    assert.equal((await stack.channel.client(Health).check({})).status, ServingStatus.SERVING);
    await using full = await startUploadStack(backends, { diskReserve: Number.MAX_SAFE_INTEGER });
    assert.equal((await full.channel.client(Health).check({})).status, ServingStatus.NOT_SERVING);
  });
});

async function* only(messageRequest: Question) {
  yield { messageRequest };
}

type Question = NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>['messageRequest']>;
type Call = (request: object) => Promise<object>;
