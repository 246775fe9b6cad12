import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnalysisPool } from '#analysis/run/pool.ts';
import { createLogger } from '#platform/logger.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { LeaseKeeper } from '#services/worker/lease-keeper.ts';
import { AttemptsClient } from '#services/worker/lifecycle/attempts.ts';
import { startBackend } from '../../support/backend.ts';
import { eventually } from '../../support/eventually.ts';
import { GatedAnalysis, startWorker } from '../../support/test-worker.ts';

test('a file keeps its lease, and its attempt, for as long as a worker works on it', async () => {
  const leaseMs = 2_000;
  await using backend = await startBackend({ leaseMs });
  await using pool = new AnalysisPool({ threads: 1, heapMb: 256 });
  const gated = new GatedAnalysis(pool);
  await using _ = await startWorker(backend, { analysis: gated });
  const ids = await backend.add([{ content: 'slow' }]);
  await eventually('an analysis has begun', () => gated.arrived === 1);
  const lease = async () => {
    const [row] = await backend.query<{ token: string | null; until: Date | null }>(
      'select lease_token as token, lease_until as until from files where id = any ($1)',
      [ids],
    );
    return { token: row?.token, until: row?.until?.getTime() ?? 0 };
  };
  const first = await lease();
  await eventually('the lease is renewed three times', async () => {
    const now = await lease();
    assert.equal(now.token, first.token, 'the lease was lost');
    return now.until > first.until + 3 * leaseMs;
  });
  gated.open(0);
  const [file] = await backend.ended(ids);
  assert.deepEqual([file?.status, file?.attempt, file?.results], ['COMPLETED', 1, 1]);
});

test('while nobody renews, the lease of a file that runs alone outlasts another', async () => {
  const leaseMs = 2_000;
  using nobody = new RpcChannel('unix:/nowhere');
  using keeper = new LeaseKeeper(
    new AttemptsClient(nobody, nobody),
    createLogger('test', { level: 'silent', format: 'json' }),
  );
  const now = performance.now();
  const [other, alone] = ['other', 'alone'].map((id) => keeper.hold({ ...file, id }, now + leaseMs, leaseMs));
  alone?.begunAlone(now, leaseMs);
  await eventually('the lease has expired', () => other?.lost === 'EXPIRED');
  assert.equal(alone?.lost, undefined);
});

const file = {
  ...{ leaseToken: '', storageKey: '', filename: 'f', size: 1, declaredSha256: null, attempt: 1, alone: true },
  ...{ requestId: null, traceparent: null },
};
