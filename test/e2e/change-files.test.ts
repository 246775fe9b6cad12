import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Change } from '#cli/change-files.ts';
import { FilemillError } from '#domain/errors.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { never } from '#platform/abort.ts';
import { createLogger } from '#platform/logger.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import { RpcServer } from '#platform/rpc/server.ts';
import { AttemptsClient } from '#services/worker/lifecycle/attempts.ts';
import { type Backend, claimerFor, startBackend } from '../support/backend.ts';
import { filemill } from '../support/cli.ts';

const unknownId = '01900000-0000-7000-8000-000000000000';

describe('changing files when the first answer is lost', () => {
  let backend: Backend;
  before(async () => {
    backend = await startBackend();
  });
  after(() => backend?.[Symbol.asyncDispose]());

  /** Runs the command against a server that carries out each call, and loses the first answer to `method`. */
  async function run(args: readonly string[], method: 'deleteFiles' | 'retryFiles') {
    await using server = new RpcServer(createLogger('test', { level: 'silent', format: 'json' })).add(
      MetadataService,
      losing(backend.metadata.client(MetadataService), method),
    );
    await server.listen('127.0.0.1:0');
    const { code, stderr, lines } = await filemill([...args, '--json'], { server: `127.0.0.1:${server.port}` });
    return { code, stderr, outcomes: lines<Change>().map(({ outcome }) => outcome) };
  }

  async function fail(ids: readonly string[]): Promise<void> {
    const attempts = new AttemptsClient(backend.metadata, backend.result);
    const { files } = await claimerFor(backend, 'w')(ids, never);
    const failure = { errorCode: 'analyzer_error', errorMessage: 'no', permanent: true };
    for (const { id, leaseToken } of files) await attempts.fail({ id, leaseToken, ...failure }, { signal: never });
  }

  it('tells of deleted files as deleted, and of those that never were as not found', async () => {
    const ids = await backend.add([{}, {}]);
    const { code, stderr, outcomes } = await run(['delete', ...ids], 'deleteFiles');
    assert.deepEqual([code, outcomes], [0, ['DELETED', 'DELETED']], stderr);
    assert.deepEqual(await backend.query('select from files where id = any ($1)', [ids]), []);
    const unknown = await run(['delete', unknownId], 'deleteFiles');
    assert.deepEqual([unknown.code, unknown.outcomes], [4, ['NOT_FOUND']]);
  });

  it('tells of retried files as retried, and of those that had not failed as such', async () => {
    const [failed = '', pending = ''] = await backend.add([{}, {}]);
    await fail([failed]);
    const { code, stderr, outcomes } = await run(['retry', failed], 'retryFiles');
    assert.deepEqual([code, outcomes], [0, ['RETRIED']], stderr);
    const other = await run(['retry', pending, unknownId], 'retryFiles');
    assert.deepEqual([other.code, other.outcomes], [4, ['NOT_FAILED', 'NOT_FOUND']]);
  });
});

/** Passes unary calls on; the first answer to `method` gets lost. */
function losing(
  client: RpcClient<typeof MetadataService>,
  method: keyof typeof client,
): ServiceHandlers<typeof MetadataService> {
  let lost = false;
  const calls = Object.entries(client as unknown as Record<string, (request: object) => Promise<object>>);
  const handlers = calls.map(([name, call]) => [
    name,
    async (request: object) => {
      const answer = await call(request);
      if (lost || name !== method) return answer;
      lost = true;
      throw new FilemillError('UNAVAILABLE', 'The answer was lost.');
    },
  ]);
  return Object.fromEntries(handlers) as ServiceHandlers<typeof MetadataService>;
}
