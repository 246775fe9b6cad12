import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { startService, testFolder } from '../../support/start-services.ts';
import { chunkOf, filesBelow, metadataOf, streamOf } from '../../support/upload-stack.ts';

let backends: Cluster;
before(async () => {
  backends = await startCluster();
});
after(() => backends[Symbol.asyncDispose]());

describe('The upload service', () => {
  it('takes files in, says that it is ready, and ends on SIGTERM', async () => {
    await using folder = await testFolder();
    await using service = await startService('upload', settings(folder.path, backends.target('metadata')));
    using channel = new RpcChannel(`unix:${folder.path}/u`);
    assert.deepEqual(await readiness(folder.path), { status: 200, body: 'ok\n' });
    assert.match(
      (await ask(folder.path, '/metrics')).body,
      /^filemill_incomplete_upload_bytes\{service_name="filemill-upload"\} 0$/m,
    );
    const answer = await channel
      .client(UploadService)
      .uploadFile(streamOf(metadataOf({ filename: 'real' }), chunkOf('content')));
    assert.equal(answer.size, 7n);
    const counted =
      /^rpc_server_call_duration_seconds_count\{rpc_method="filemill.v1.UploadService\/UploadFile",service_name="filemill-upload"\} 1$/m;
    assert.match((await ask(folder.path, '/metrics')).body, counted);
    const kept = await filesBelow(`${folder.path}/volume`);
    assert.match(kept.join(' '), /^segments\/[0-9a-f]{6}\/([0-9a-f-]{36}) segments\/open\/\1$/);
    await service.stop();
    assert.equal(service.child.exitCode, 0, service.log());
    assert.deepEqual(await filesBelow(`${folder.path}/volume`), kept.slice(0, 1));
  });

  it('starts without metadata, refuses files before it stores them, and says why it is not ready', async () => {
    await using folder = await testFolder();
    await using _service = await startService('upload', settings(folder.path, `unix:${folder.path}/nobody`));
    using channel = new RpcChannel(`unix:${folder.path}/u`);
    const { status, body } = await readiness(folder.path);
    assert.equal(status, 503);
    assert.match(body, /metadata service is not reachable/);
    await assert.rejects(
      channel.client(UploadService).uploadFile(streamOf(metadataOf({ filename: 'early' }), chunkOf('x'))),
      { reason: 'UNAVAILABLE' },
    );
    assert.deepEqual(await filesBelow(`${folder.path}/volume`), []);
  });

  it('refuses settings that would sweep files in flight', async () => {
    await using folder = await testFolder();
    const unsafe = { ...settings(folder.path, backends.target('metadata')), FILEMILL_ORPHAN_TTL_MS: '60000' };
    await assert.rejects(startService('upload', unsafe), /FILEMILL_ORPHAN_TTL_MS: must be at least 7200000/);
    assert.deepEqual(await readdir(folder.path), []);
  });
});

function settings(folder: string, metadataTarget: string): Record<string, string> {
  return {
    FILEMILL_GRPC_LISTEN: `unix:${folder}/u`,
    FILEMILL_OPS_LISTEN: `unix:${folder}/ops`,
    FILEMILL_METADATA_TARGET: metadataTarget,
    FILEMILL_RESULT_TARGET: backends.target('result'),
    FILEMILL_STORAGE_DIR: `${folder}/volume`,
  };
}

async function readiness(folder: string): Promise<{ status: number | undefined; body: string }> {
  return await ask(folder, '/readyz');
}

async function ask(folder: string, path: string): Promise<{ status: number | undefined; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: string }>();
  request({ socketPath: `${folder}/ops`, path }, async (response) => {
    const chunks = await Array.fromAsync(response);
    resolve({ status: response.statusCode, body: Buffer.concat(chunks as Buffer[]).toString() });
  })
    .on('error', reject)
    .end();
  return await promise;
}
