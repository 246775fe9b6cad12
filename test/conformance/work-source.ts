import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { ClaimedFile } from '#domain/file.ts';
import type { WorkSource } from '#domain/work-source.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { never } from '#platform/abort.ts';
import type { Backend } from '../support/backend.ts';

export interface WorkSourceHarness extends AsyncDisposable {
  readonly backend: Backend;
  /** A source for this worker; the suite disposes of it. */
  open(worker: string): WorkSource;
  /** Tells sources that these files are due, if they need telling. */
  announce(ids: readonly string[]): Promise<void>;
  /** Forgets what was announced. */
  reset(): Promise<void>;
}

const contents = (count: number) => Array.from({ length: count }, (_, index) => ({ content: `file ${index}` }));

/** What every work source promises, against a real metadata service. */
export function workSourceConformance(name: string, start: () => Promise<WorkSourceHarness>): void {
  describe(`${name} as a work source`, () => {
    let harness: WorkSourceHarness;
    before(async () => {
      harness = await start();
    });
    after(() => harness?.[Symbol.asyncDispose]());
    beforeEach(async () => {
      await harness.backend.query('delete from files');
      await harness.reset();
    });

    const add = async (count: number) => {
      const ids = await harness.backend.add(contents(count));
      await harness.announce(ids);
      return ids.sort();
    };

    it('answers with nothing, after a bounded wait, when nothing is due', async () => {
      await using source = harness.open('idle');
      assert.deepEqual((await source.next(4, never)).files, []);
    });

    it('hands out each file once, and never more than asked for', async () => {
      await using source = harness.open('alone');
      const ids = await add(10);
      const claimed: ClaimedFile[] = [];
      while (claimed.length < ids.length) {
        const { files } = await source.next(4, never);
        assert.ok(files.length <= 4);
        claimed.push(...files);
      }
      assert.deepEqual(claimed.map(({ id }) => id).sort(), ids);
      assert.deepEqual(await harness.backend.query('select distinct status, worker, attempt from files'), [
        { status: 'PROCESSING', worker: 'alone', attempt: 1 },
      ]);
    });

    it('shares the files among sources', async () => {
      await using one = harness.open('one');
      await using two = harness.open('two');
      const ids = await add(40);
      const claimed: string[] = [];
      const work = async (source: WorkSource) => {
        while (claimed.length < ids.length) claimed.push(...(await source.next(3, never)).files.map(({ id }) => id));
      };
      await Promise.all([work(one), work(two)]);
      assert.deepEqual(claimed.sort(), ids);
    });

    it('gives what a worker needs to know, and a lease counted from before the claim', async () => {
      await using source = harness.open('reader');
      const startedAt = performance.now();
      const declaredSha256 = 'ab'.repeat(32);
      const [id] = await harness.backend.add([{ content: 'four', filename: 'ד.txt', declaredSha256 }]);
      await harness.announce([id as string]);
      const { files, leaseExpiresAt, leaseMs } = await nextWork(source);
      const [file] = files;
      const [row] = await harness.backend.query<{ lease_token: string; storage_key: string }>('select * from files');
      assert.deepEqual(file, {
        id,
        leaseToken: row?.lease_token,
        storageKey: row?.storage_key,
        filename: 'ד.txt',
        size: 4,
        declaredSha256,
        attempt: 1,
        alone: false,
        requestId: null,
        traceparent: null,
      });
      assert.equal(leaseMs, 15_000);
      assert.ok(leaseExpiresAt - leaseMs >= startedAt && leaseExpiresAt - leaseMs <= performance.now());
    });

    it('finds a file that comes while it waits', async () => {
      await using source = harness.open('waiting');
      const working = nextWork(source);
      const [id] = await add(1);
      assert.deepEqual(
        (await working).files.map((file) => file.id),
        [id],
      );
    });

    it('finds files that came before it', async () => {
      const ids = await add(3);
      await using source = harness.open('late');
      const claimed: string[] = [];
      while (claimed.length < 3) claimed.push(...(await source.next(3, never)).files.map(({ id }) => id));
      assert.deepEqual(claimed.sort(), ids);
    });

    it('rejects when it was aborted before', async () => {
      await using source = harness.open('aborted');
      const [id] = await add(1);
      await assert.rejects(source.next(1, AbortSignal.abort(new Error('stop'))), /stop/);
      assert.equal((await nextWork(source)).files[0]?.id, id);
    });

    it('loses no file to an abort, whenever it comes: it is returned, or still due', async () => {
      await using survivor = harness.open('survivor');
      const lifecycle = harness.backend.metadata.client(FileLifecycleService);
      for (let round = 0; round < 12; round++) {
        await using source = harness.open(`aborted-${round}`);
        const stop = new AbortController();
        const working = source.next(5, stop.signal).catch(() => ({ files: [] }));
        const ids = await add(3);
        setTimeout(() => stop.abort(), round);
        // As a worker that stops does.
        const { files } = await working;
        if (files.length > 0)
          await lifecycle.releaseFiles({ leases: files.map(({ id, leaseToken }) => ({ id, leaseToken })) });
        await harness.announce(files.map(({ id }) => id));
        const claimed: string[] = [];
        while (claimed.length < ids.length) claimed.push(...(await survivor.next(5, never)).files.map(({ id }) => id));
        assert.deepEqual(claimed.sort(), ids);
      }
    });
  });
}

/** Asks until there is work: a wait may end a moment before the file comes. */
async function nextWork(source: WorkSource) {
  for (;;) {
    const work = await source.next(5, never);
    if (work.files.length > 0) return work;
  }
}
