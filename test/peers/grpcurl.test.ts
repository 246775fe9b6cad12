import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { mintToken, tokenText } from '#domain/token.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { freePort } from '../support/free-port.ts';
import { grpcurl } from './support/tools.ts';

const token = tokenText(mintToken());
const settings = {
  FILEMILL_AUTH: 'required',
  FILEMILL_TOKEN_KEY: 'k'.repeat(32),
  FILEMILL_ADMIN_TOKEN: token,
};

const publicServices = [
  'filemill.v1.AccessService',
  'filemill.v1.DownloadService',
  'filemill.v1.MetadataService',
  'filemill.v1.ResultService',
  'filemill.v1.RetentionService',
  'filemill.v1.SystemService',
  'filemill.v1.UploadService',
  'filemill.v1.WebhookService',
  'grpc.health.v1.Health',
];

describe('grpcurl, without a .proto file', () => {
  let cluster: Cluster;
  let address: string;

  const bare = async (...args: string[]) => (await promisify(execFile)(grpcurl, ['-plaintext', ...args])).stdout;
  const ask = (...args: string[]) => bare('-H', `authorization: Bearer ${token}`, ...args);

  before(async () => {
    cluster = await startCluster({ services: ['metadata', 'result'], settings });
    address = `127.0.0.1:${await freePort()}`;
    await cluster.start('upload', { FILEMILL_GRPC_LISTEN: address });
  });
  after(() => cluster[Symbol.asyncDispose]());

  it('lists the public services', async () => {
    assert.deepEqual((await ask(address, 'list')).trim().split('\n'), publicServices);
  });

  it('describes every service, and what a message holds', async () => {
    for (const service of publicServices) assert.match(await ask(address, 'describe', service), /is a service:/);
    assert.match(await ask(address, 'describe', 'filemill.v1.File'), /\.filemill\.v1\.FileStatus status/);
  });

  it('calls', async () => {
    const { caller } = JSON.parse(await ask(address, 'filemill.v1.AccessService/GetCaller')) as { caller: object };
    assert.equal((caller as { tenant?: string }).tenant, 'default');
    const listed = await ask(
      '-d',
      '{"filter": {"nameContains": "x"}}',
      address,
      'filemill.v1.MetadataService/ListFiles',
    );
    assert.deepEqual(JSON.parse(listed), {});
  });

  it('learns nothing without credentials where they are required', async () => {
    await assert.rejects(bare(address, 'list'), /Unauthenticated|not valid/);
  });

  it('learns nothing where reflection is switched off', async () => {
    const other = `127.0.0.1:${await freePort()}`;
    await cluster.stop('upload');
    await cluster.start('upload', { FILEMILL_GRPC_LISTEN: other, FILEMILL_GRPC_REFLECTION: '0' });
    await assert.rejects(ask(other, 'list'), /does not support the reflection API/);
  });
});
