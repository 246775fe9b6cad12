import assert from 'node:assert/strict';
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Identity, Scope } from '#domain/access.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { ResultWriterService } from '#gen/filemill/internal/v1/result_writer_service_pb.ts';
import { type FileFilterSchema, HistoryStep, MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { type Backend, startBackend } from '#test/support/backend.ts';
import { eventually } from '#test/support/eventually.ts';

const word = 'ab'.repeat(32);

let backend: Backend;
let metadata: RpcClient<typeof MetadataService>;
let result: RpcClient<typeof ResultService>;
/** A COMPLETED file of `mine`, and of `theirs`. */
let mine: string;
let theirs: string;

before(async () => {
  backend = await startBackend();
  metadata = backend.metadata.client(MetadataService);
  result = backend.result.client(ResultService);
  [mine, theirs] = [await complete('mine'), await complete('theirs')];
});
after(() => backend[Symbol.asyncDispose]());

function caller(tenant: string, ...scopes: Scope[]): { caller: Identity } {
  return {
    caller: { kind: 'token', id: 't', name: 't', tenant, scopes: ['upload', 'read', 'retry', 'delete', ...scopes] },
  };
}

const own = caller('mine');
const other = caller('theirs');
const admin = caller('elsewhere', 'admin');

async function create(tenant: string, idempotencyKey = ''): Promise<{ id: string; outcome: number }> {
  const id = randomUUIDv7();
  const one = { ids: [id], storageKeys: [id], filenames: [`of ${tenant}.txt`], paths: [''], sizes: [3n] };
  const created = await backend.metadata.client(FileLifecycleService).createFiles({
    ...one,
    mimeTypes: ['text/plain'],
    declaredSha256s: [''],
    idempotencyKeys: [idempotencyKey],
    tenants: [tenant],
  });
  return { id: created.ids[0] ?? '', outcome: created.outcomes[0] ?? 0 };
}

async function complete(tenant: string): Promise<string> {
  const { id } = await create(tenant);
  const leaseToken = randomUUID();
  await backend.metadata.client(FileLifecycleService).claimFiles({ ids: [id], leaseToken, worker: 'w' });
  const output = {
    mime_type: 'text/plain',
    word_count: 1,
    sha256: word,
    size: 3,
    findings: { text: { language: 'en' } },
  };
  await backend.result.client(ResultWriterService).saveResults({
    fileIds: [id],
    leaseTokens: [leaseToken],
    mimeTypes: ['text/plain'],
    sha256s: [word],
    outputJsons: [JSON.stringify(output)],
  });
  return id;
}

async function fail(tenant: string): Promise<string> {
  const { id } = await create(tenant);
  const [leaseToken, lifecycle] = [randomUUID(), backend.metadata.client(FileLifecycleService)];
  await lifecycle.claimFiles({ ids: [id], leaseToken, worker: 'w' });
  await lifecycle.failAttempts({ items: [{ id, leaseToken, errorCode: 'analyzer_error', permanent: true }] });
  return id;
}

/** Reads by id: what a caller learns of one file, in a form that can be compared. */
const reads: Readonly<Record<string, (id: string, as: { caller: Identity }) => Promise<unknown>>> = {
  GetFiles: async (id, as) => {
    const { files, missingIds } = await metadata.getFiles({ ids: [id] }, as);
    return { found: files.map((file) => file.tenant), missing: missingIds.length };
  },
  GetAttempts: async (id, as) => (await metadata.getAttempts({ fileIds: [id] }, as)).attempts.length,
  'WatchFiles until the end': async (id, as) => {
    const messages = await Array.fromAsync(metadata.watchFiles({ ids: [id], terminalOnly: true }, as));
    return messages.map(({ files, missingIds }) => [files.map((file) => file.tenant), missingIds.length]);
  },
  WatchFiles: async (id, as) => {
    const messages = await Array.fromAsync(metadata.watchFiles({ ids: [id] }, as));
    return messages.map(({ files, missingIds }) => [files.map((file) => file.tenant), missingIds.length]);
  },
  GetResults: async (id, as) => {
    const { results, missingFileIds } = await result.getResults({ fileIds: [id] }, as);
    return { found: results.map(({ filename }) => filename), missing: missingFileIds.length };
  },
  GetText: async (id, as) => await Array.fromAsync(result.getText({ fileId: id }, as)).catch(reasonOf),
  LocateFile: async (id, as) =>
    await backend.metadata
      .client(FileLifecycleService)
      .locateFile({ id }, as)
      .then(() => 'found', reasonOf),
};

describe('A file by its id', () => {
  for (const [rpc, read] of Object.entries(reads)) {
    it(`${rpc} tells another tenant what it tells of an id that does not exist`, async () => {
      assert.deepEqual(await read(mine, other), await read(randomUUIDv7(), other));
      assert.deepEqual(await read(theirs, own), await read(randomUUIDv7(), own));
    });

    it(`${rpc} tells its own tenant, and an administrator, of it`, async () => {
      assert.deepEqual(await read(mine, own), await read(mine, admin));
      assert.notDeepEqual(await read(mine, own), await read(randomUUIDv7(), own));
    });
  }

  it('a retry of another tenant finds nothing, and changes nothing', async () => {
    const id = await fail('mine');
    const outcomes = async (as: { caller: Identity }) =>
      (await metadata.retryFiles({ ids: [id, randomUUIDv7()] }, as)).items.map(({ outcome }) => outcome);
    const [ofOther, ofNone] = await outcomes(other);
    assert.equal(ofOther, ofNone);
    assert.equal((await backend.query(`select from files where id = $1 and status = 'FAILED'`, [id])).length, 1);
    assert.deepEqual(await outcomes(own), [1, 3]);
  });

  it('a deletion of another tenant finds nothing, and deletes nothing', async () => {
    const id = await complete('mine');
    const outcomes = async (as: { caller: Identity }) =>
      (await metadata.deleteFiles({ ids: [id, randomUUIDv7()] }, as)).items.map(({ outcome }) => outcome);
    const [ofOther, ofNone] = await outcomes(other);
    assert.equal(ofOther, ofNone);
    assert.equal((await backend.query('select from files where id = $1', [id])).length, 1);
    assert.deepEqual(await outcomes(own), [1, 2]);
  });
});

describe('A list', () => {
  const filters: Readonly<Record<string, MessageInitShape<typeof FileFilterSchema>>> = {
    everything: {},
    'a name': { nameContains: 'of ' },
    'a state': { statuses: [3] },
    'a type': { mimeType: 'text/plain' },
    'a hash': { sha256: word },
    'a finding': { findings: { language: 'en' } },
  };
  for (const [what, filter] of Object.entries(filters))
    it(`of ${what} holds the files of the caller's tenant alone`, async () => {
      const tenants = async (as: { caller: Identity }) => {
        const { files } = await metadata.listFiles({ filter }, as);
        return [...new Set(files.map((file) => file.tenant))].sort();
      };
      assert.deepEqual(await tenants(own), ['mine']);
      assert.deepEqual(await tenants(caller('nobody')), []);
      assert.deepEqual(await tenants(admin), ['mine', 'theirs']);
    });

  it('of failed files and of those at work holds the own ones alone', async () => {
    const [failed, running] = [await fail('theirs'), (await create('theirs')).id];
    await backend.metadata
      .client(FileLifecycleService)
      .claimFiles({ ids: [running], leaseToken: randomUUID(), worker: 'w' });
    const ids = async (filter: object, as: { caller: Identity }) =>
      (await metadata.listFiles({ filter }, as)).files.map(({ id }) => id);
    for (const [filter, id] of [
      [{ statuses: [4] }, failed],
      [{ errorCode: 'analyzer_error' }, failed],
      [{ statuses: [2] }, running],
    ] as const) {
      assert.deepEqual(await ids(filter, other), [id]);
      assert.ok(!(await ids(filter, own)).includes(id));
    }
  });

  it('of results, and an export, hold those of the tenant alone', async () => {
    for (const filter of [{}, { mimeType: 'text/plain' }, { findings: { language: 'en' } }])
      for (const [as, names] of [
        [own, ['of mine.txt']],
        [other, ['of theirs.txt']],
        [admin, ['of mine.txt', 'of theirs.txt']],
        [caller('nobody'), []],
      ] as const) {
        const listed = (await result.listResults(filter, as)).results;
        const exported = (await Array.fromAsync(result.exportResults(filter, as))).flatMap(({ results }) => results);
        for (const results of [listed, exported])
          assert.deepEqual([...new Set(results.map(({ filename }) => filename))].sort(), names);
      }
  });

  it('continues for the tenant alone for which it began', async () => {
    await complete('mine');
    const { nextPageToken: pageToken } = await metadata.listFiles({ pageSize: 1 }, own);
    const { nextPageToken: ofResults } = await result.listResults({ pageSize: 1 }, own);
    assert.ok(pageToken && ofResults);
    await metadata.listFiles({ pageSize: 1, pageToken }, own);
    for (const as of [other, admin]) {
      await assert.rejects(metadata.listFiles({ pageSize: 1, pageToken }, as), { reason: 'REQUEST_INVALID' });
      await assert.rejects(result.listResults({ pageSize: 1, pageToken: ofResults }, as), {
        reason: 'REQUEST_INVALID',
      });
    }
  });
});

it('statistics count the files of the tenant alone', async () => {
  for (let n = 0; n < 3; n++) await complete('counted');
  await fail('counted');
  const { statuses, errors, processing } = await metadata.getStats({}, caller('counted'));
  const counts = Object.fromEntries(statuses.map(({ status, files }) => [status, Number(files)]));
  assert.deepEqual(counts, { 3: 3, 4: 1 });
  assert.deepEqual(
    errors.map(({ code, files }) => [code, Number(files)]),
    [['analyzer_error', 1]],
  );
  assert.ok(processing !== undefined);
  const nobody = await metadata.getStats({}, caller('nobody'));
  assert.deepEqual([nobody.statuses, nobody.errors, nobody.processing], [[], [], undefined]);
});

it('the history counts the files of the tenant alone', async () => {
  await complete('past');
  await complete('past');
  await fail('past');
  const countsOf = async (as: { caller: Identity }) => {
    const { points } = await metadata.getHistory({ step: HistoryStep.DAY }, as);
    const files = (field: 'accepted' | 'completed') => Number(points.reduce((sum, point) => sum + point[field], 0n));
    const failed = points.flatMap((point) => point.failed.map(({ code, files }) => [code, Number(files)]));
    return [files('accepted'), files('completed'), failed];
  };
  await eventually('both services have written what they did', async () => {
    const [accepted, completed] = await countsOf(caller('past'));
    return accepted === 3 && completed === 2;
  });
  assert.deepEqual(await countsOf(caller('past')), [3, 2, [['analyzer_error', 1]]]);
  assert.deepEqual(await countsOf(caller('nobody')), [0, 0, []]);
  assert.ok(Number((await countsOf(admin))[0]) >= 5);
});

it('changes, deletions among them, are told to their tenant alone', async () => {
  const watching = new AbortController();
  const watchers = await Promise.all([own, other, admin].map((as) => watch(as, watching.signal)));
  const [mineHears, theirsHears, adminHears] = watchers.map(({ heard }) => heard) as [
    Set<string>,
    Set<string>,
    Set<string>,
  ];
  const deleted = await complete('theirs');
  await metadata.deleteFiles({ ids: [deleted] }, other);
  const last = await complete('mine');
  await eventually('everyone has heard of what is theirs', () => {
    const gone = `no ${deleted}`;
    return [theirsHears.has(gone), adminHears.has(gone), mineHears.has(last), adminHears.has(last)].every(Boolean);
  });
  watching.abort();
  await Promise.all(watchers.map(({ ended }) => ended));
  assert.ok(![...mineHears].some((id) => id.includes(deleted)), 'mine heard of a file of theirs');
  assert.ok(!theirsHears.has(last), 'theirs heard of a file of mine');
});

/** Resolves once no later change is missed. A deletion is heard as `no ID`. */
async function watch(as: { caller: Identity }, signal: AbortSignal) {
  const heard = new Set<string>();
  const messages = metadata.watchChanges({}, { ...as, signal })[Symbol.asyncIterator]();
  await messages.next();
  const listen = async () => {
    for (let next = await messages.next(); !next.done; next = await messages.next()) {
      for (const { id } of next.value.files) heard.add(id);
      for (const id of next.value.missingIds) heard.add(`no ${id}`);
    }
  };
  return { heard, ended: listen().catch(() => undefined) };
}

it('a key names one file in each tenant', async () => {
  const key = randomUUID();
  const first = await create('mine', key);
  assert.notEqual((await create('theirs', key)).id, first.id);
  const again = await create('mine', key);
  assert.deepEqual([again.id, again.outcome], [first.id, 2]);
});

function reasonOf(error: { readonly reason?: string }): string | undefined {
  return error.reason;
}
