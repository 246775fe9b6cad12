import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { type Backend, claimerFor, startBackend } from '../../test/support/backend.ts';
import { AttemptsClient } from './attempts.ts';
import type { FileUpdate } from './file-watch.ts';
import { TerminalWaiter } from './terminal-waiter.ts';
import { watchFiles } from './watch-files.ts';

describe('waiting for files to end', () => {
  let backend: Backend;
  before(async () => {
    backend = await startBackend();
  });
  after(() => backend?.[Symbol.asyncDispose]());

  const files = () => backend.metadata.client(MetadataService);
  const never = new AbortController().signal;
  const patient = (signal = never) => new TerminalWaiter(files(), { signal, forMs: 10_000 });

  async function end(ids: readonly string[]): Promise<void> {
    const attempts = new AttemptsClient(backend.metadata, backend.result);
    const { files: claimed } = await claimerFor(backend, 'w')(ids, never);
    const failure = { errorCode: 'analyzer_error', errorMessage: 'no', permanent: true };
    await Promise.all(
      claimed.map(({ id, leaseToken }) => attempts.fail({ id, leaseToken, ...failure }, { signal: never })),
    );
  }

  it('reports those that have ended, however many slow ones were asked for before', { timeout: 30_000 }, async () => {
    const waiter = patient();
    const ids = await backend.add(Array.from({ length: 8 }, () => ({})));
    const [slow, ended] = [ids.slice(0, 6), ids.slice(6)];
    await end(ended);
    const waits: Promise<unknown>[] = [];
    for (const id of slow) {
      waits.push(waiter.wait(id));
      await delay(20);
    }
    for (const id of ended) assert.equal((await waiter.wait(id))?.status, FileStatus.FAILED);
    await end(slow);
    await Promise.all(waits);
  });

  it('holds for more ids than one stream may have', { timeout: 30_000 }, async () => {
    const waiter = patient();
    const ids = await backend.add([{}]);
    const unknown = Array.from({ length: 4_500 }, () => randomUUID());
    const slow = waiter.wait(ids[0] as string);
    const answers = await Promise.all(unknown.map((id) => waiter.wait(id)));
    assert.deepEqual(new Set(answers), new Set([undefined]));
    await end(ids);
    assert.equal((await slow)?.id, ids[0]);
  });

  it('takes ids in upper case', { timeout: 30_000 }, async () => {
    const ids = await backend.add([{}]);
    await end(ids);
    const written = ids.map((id) => id.toUpperCase());
    assert.equal((await patient().wait(written[0] as string))?.id, ids[0]);
    const updates: FileUpdate[] = [];
    await watchFiles(files(), [...written, ...ids], {
      signal: never,
      forMs: 10_000,
      onUpdate: (update) => updates.push(update),
    });
    assert.deepEqual(
      updates.map(({ id }) => id),
      ids,
    );
  });

  it('ends for all of them when it is stopped', { timeout: 30_000 }, async () => {
    const stop = new AbortController();
    const waiter = patient(stop.signal);
    const ids = await backend.add(Array.from({ length: 6 }, () => ({})));
    const waits = ids.map((id) => waiter.wait(id));
    await delay(20);
    stop.abort();
    waits.push(waiter.wait(randomUUID()));
    for (const outcome of await Promise.allSettled(waits)) assert.equal(outcome.status, 'rejected');
  });
});
