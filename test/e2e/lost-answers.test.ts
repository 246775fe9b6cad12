import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DescService } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import type { ClaimedFile } from '#domain/file.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { never } from '#platform/abort.ts';
import type { RpcChannel, RpcClient } from '#platform/rpc/client.ts';
import { AttemptsClient } from '#services/worker/lifecycle/attempts.ts';
import { claimerByIds, DirectWorkSource } from '#services/worker/lifecycle/claims.ts';
import { type Backend, sha256, startBackend } from '../support/backend.ts';

describe('a call that was carried out, and whose answer was lost', () => {
  let backend: Backend;
  before(async () => {
    backend = await startBackend();
  });
  after(() => backend?.[Symbol.asyncDispose]());

  const lifecycle = () => losing(backend.metadata.client(FileLifecycleService));
  const claimOne = async (content: string): Promise<ClaimedFile> => {
    const ids = await backend.add([{ content }]);
    const { files } = await claimerByIds(backend.metadata.client(FileLifecycleService), 'w')(ids, never);
    return files[0] as ClaimedFile;
  };
  const row = async (id: string) =>
    (await backend.query('select status, attempt, error_code from files where id = $1', [id]))[0];

  it('is repeated by claims of named files, which all come', async () => {
    const ids = await backend.add([{}, {}, {}]);
    const { files } = await claimerByIds(lifecycle(), 'w')(ids, never);
    assert.deepEqual(files.map(({ id, attempt }) => [id, attempt]).sort(), ids.map((id) => [id, 1]).sort());
  });

  it('is repeated by claims of due files, which all come', async () => {
    const ids = await backend.add([{}, {}]);
    const { files } = await new DirectWorkSource(lifecycle(), 'w').next(5, never);
    assert.deepEqual(files.map(({ id, attempt }) => [id, attempt]).sort(), ids.map((id) => [id, 1]).sort());
  });

  it('is repeated by saves: one result', async () => {
    const { id, leaseToken } = await claimOne('x');
    const attempts = new AttemptsClient(backend.metadata, losingChannel(backend.result));
    const output = { mime_type: 'text/plain', word_count: 1, sha256: sha256('x'), size: 1 };
    const finding = { id, leaseToken, mimeType: 'text/plain', sha256: sha256('x'), outputJson: JSON.stringify(output) };
    assert.deepEqual(await attempts.saveAll([finding], { signal: never }), [{ outcome: 'ALREADY_SAVED' }]);
    assert.equal((await backend.ended([id]))[0]?.results, 1);
  });

  it('is repeated by failures: one attempt ended', async () => {
    const { id, leaseToken } = await claimOne('x');
    const attempts = new AttemptsClient(losingChannel(backend.metadata), backend.result);
    const failure = { id, leaseToken, errorCode: 'analyzer_error', errorMessage: 'no', permanent: true };
    assert.equal(await attempts.fail(failure, { signal: never }), 'DONE');
    assert.deepEqual(await row(id), { status: 'FAILED', attempt: 1, error_code: 'analyzer_error' });
    assert.equal((await backend.query('select from attempts where file_id = $1', [id])).length, 1);
  });

  it('is repeated by releases: one attempt refunded', async () => {
    const { id, leaseToken } = await claimOne('x');
    const attempts = new AttemptsClient(losingChannel(backend.metadata), backend.result);
    await attempts.release([{ id, leaseToken }], { forMs: 5_000 });
    assert.deepEqual(await row(id), { status: 'PENDING', attempt: 0, error_code: null });
  });

  it('is given up when the lease is over', async () => {
    const { id, leaseToken } = await claimOne('x');
    await backend.stop('metadata');
    const over = new AbortController();
    const attempts = new AttemptsClient(backend.metadata, backend.result);
    const failing = attempts.fail({ id, leaseToken, errorCode: 'x', errorMessage: '', permanent: false }, over);
    over.abort();
    await assert.rejects(failing, (error) => error instanceof FilemillError && error.reason === 'UNAVAILABLE');
    await backend.start('metadata');
  });
});

/** The client, but for the first answer to each call, which gets lost. */
function losing<S extends DescService>(client: RpcClient<S>): RpcClient<S> {
  const lost = new Set<string>();
  const methods = Object.entries(client as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>);
  const losers = methods.map(([name, call]) => [
    name,
    async (...args: unknown[]) => {
      const answer = await call(...args);
      if (lost.has(name)) return answer;
      lost.add(name);
      throw new FilemillError('UNAVAILABLE', 'The answer was lost.');
    },
  ]);
  return Object.fromEntries(losers) as RpcClient<S>;
}

function losingChannel(channel: RpcChannel): RpcChannel {
  return { client: <S extends DescService>(service: S) => losing(channel.client(service)) } as RpcChannel;
}
