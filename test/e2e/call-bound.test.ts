import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { never } from '#platform/abort.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { openPipe } from '#sdk/stream-content.ts';
import { memoryContent } from '#sdk/upload-content.ts';
import { type UploadOutcome, uploadFiles } from '#sdk/upload-files.ts';
import type { UploadCandidate } from '#sdk/upload-paths.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { LimitingProxy } from '../support/limiting-proxy.ts';
import { queryRows, startUploadStack } from '../support/upload-stack.ts';

const MiB = 1024 * 1024;
const signal = never;

/** What is sent: so many files of so many bytes. */
const loads: readonly [what: string, files: number, bytes: number, piped?: 'piped'][] = [
  ['a folder of small files', 40, 27_000],
  ['a folder of tiny files', 1_000, 3_000],
  ['files that just go in one message', 12, 256 * 1024],
  ['files that go over one call each', 3, 3 * MiB],
  ['files that go over several calls', 2, 17 * MiB],
  ['what comes through a pipe', 1, 10 * MiB, 'piped'],
];

describe('an upload through a proxy that limits requests', () => {
  let backends: Cluster;
  before(async () => {
    backends = await startCluster();
  });
  after(() => backends[Symbol.asyncDispose]());

  for (const limit of [MiB, 300_000, 100_000])
    for (const [what, files, bytes, piped] of loads)
      it(`to ${limit} bytes keeps ${what}, each once`, async () => {
        const contents = Array.from({ length: files }, () => randomBytes(bytes));
        await using stack = await startUploadStack(backends, { maxFileSize: 64 * MiB });
        await using proxy = await LimitingProxy.start(stack.channel.target, limit);
        const outcomes = await upload(proxy, contents.map(piped ? asPipe : asFile));
        assert.deepEqual(
          outcomes.flatMap(({ error }) => error?.message ?? []),
          [],
        );
        assert.deepEqual(outcomes.map(({ receipt }) => receipt?.sha256).sort(), contents.map(hashOf).sort());
        const find = 'select id from files where declared_sha256 = any($1)';
        const kept = await queryRows(backends.databaseUrl, find, [contents.map(hashOf)]);
        assert.deepEqual(kept.map(({ id }) => id).sort(), outcomes.map(({ receipt }) => receipt?.id).sort());
        if (limit === MiB && bytes <= 256 * 1024)
          assert.equal(proxy.refused, 0, 'nothing was tried that could not pass');
        // What was refused had come as far as the limit, and what the windows of its connection hold.
        assert.ok(proxy.received < files * bytes + proxy.refused * (limit + MiB) + files * 2_000);
        assert.ok(proxy.refused <= 64, `${proxy.refused} calls were refused`);
      });

  it('to less than any piece says that the proxy is the reason, and keeps nothing', async () => {
    const contents = [randomBytes(200_000), randomBytes(3 * MiB)];
    await using stack = await startUploadStack(backends, { maxFileSize: 64 * MiB });
    await using proxy = await LimitingProxy.start(stack.channel.target, 4_000);
    const outcomes = await upload(proxy, contents.map(asFile));
    assert.deepEqual(
      outcomes.map(({ error }) => [error?.reason, error?.message]),
      contents.map(() => ['PROXY_LIMIT', 'A proxy between you and Filemill answered 413 Payload Too Large.']),
    );
  });
});

async function upload(proxy: LimitingProxy, load: readonly UploadCandidate[]): Promise<UploadOutcome[]> {
  using channel = new RpcChannel(proxy.address);
  const outcomes: UploadOutcome[] = [];
  const onOutcome = (outcome: UploadOutcome) => void outcomes.push(outcome);
  await uploadFiles(channel.client(UploadService), Readable.from(load), {
    concurrency: 4,
    signal,
    forMs: 30_000,
    onOutcome,
  });
  return outcomes;
}

function asFile(content: Buffer): UploadCandidate {
  return {
    filename: 'f',
    path: '',
    open: async () => memoryContent(content),
    readWhole: (maxBytes) => (content.length > maxBytes ? undefined : content),
    measure: async () => content.length,
  };
}

function asPipe(content: Buffer): UploadCandidate {
  const open = async () => await openPipe(Readable.from([content]), signal);
  return { filename: 'f', path: '', open, measure: async () => 0 };
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
