import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { claimFile, createFile, finding, letLeaseRunOut, openTestDatabase } from '#test/support/files.ts';
import type { Database } from '../database/database.ts';
import { exportResults, getResults, listResults } from '../results/results.ts';
import { deleteFiles } from './file-commands.ts';
import { saveResults } from './file-completion.ts';
import { expireLeases } from './file-leases.ts';
import { getFiles } from './file-queries.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());

const outcomes = async (...findings: ReturnType<typeof finding>[]) =>
  (await saveResults(database, findings)).map(({ outcome }) => outcome);

test('a saved result completes its file with what was detected', async () => {
  const claimed = await claimFile(database, await createFile(database));
  assert.deepEqual(await outcomes(finding(claimed)), ['SAVED']);
  const file = (await getFiles(database, [claimed.id])).get(claimed.id);
  assert.deepEqual([file?.status, file?.mimeType, file?.sha256], ['COMPLETED', 'text/html', 'ab'.repeat(32)]);
  assert.equal((await getResults(database, [claimed.id])).get(claimed.id)?.filename, 'a.txt');
});

test('a hash that was declared is stored once, and is that of the file once it is COMPLETED', async () => {
  const declaredSha256 = 'ab'.repeat(32);
  const id = await createFile(database, { declaredSha256 });
  const shown = async () => (await getFiles(database, [id])).get(id)?.sha256;
  const claimed = await claimFile(database, id);
  assert.equal(await shown(), null);
  await outcomes(finding(claimed));
  assert.equal(await shown(), declaredSha256);
  const text = 'select sha256 from files where id = $1';
  assert.deepEqual(await database.query({ text }, [id]), [{ sha256: null }]);
});

test('a repeated save is recognised by its token and changes nothing', async () => {
  const claimed = await claimFile(database, await createFile(database));
  await outcomes(finding(claimed));
  assert.deepEqual(await outcomes(finding(claimed, { outputJson: '{"mime_type": "other"}' })), ['ALREADY_SAVED']);
  assert.match((await getResults(database, [claimed.id])).get(claimed.id)?.outputJson ?? '', /text\/html/);
});

test('a zombie saves nothing: not after its lease, not over the next attempt, not after its result', async () => {
  const zombie = await claimFile(database, await createFile(database));
  await letLeaseRunOut(database, zombie.id);
  await expireLeases(database, 1_000);
  assert.deepEqual(await outcomes(finding(zombie)), ['FENCED']);
  const heir = await claimFile(database, zombie.id);
  assert.deepEqual(await outcomes(finding(zombie)), ['FENCED']);
  assert.deepEqual(await outcomes(finding(heir)), ['SAVED']);
  assert.deepEqual(await outcomes(finding(zombie)), ['FENCED']);
});

test('a finding that PostgreSQL cannot hold harms no neighbour', async () => {
  const claims = await Promise.all(
    Array.from({ length: 9 }, async () => claimFile(database, await createFile(database))),
  );
  const findings = claims.map((claim, index) =>
    finding(claim, index === 4 ? { outputJson: '{"text": "\\u0000"}' } : {}),
  );
  const expected = claims.map((_, index) => (index === 4 ? 'INVALID' : 'SAVED'));
  assert.deepEqual(await outcomes(...findings), expected);
});

test('a deleted file takes its result along and answers GONE', async () => {
  const claimed = await claimFile(database, await createFile(database));
  await deleteFiles(database, [claimed.id], undefined);
  assert.deepEqual(await outcomes(finding(claimed), finding({ ...claimed, id: randomUUID() })), ['GONE', 'GONE']);
});

test('results are listed page by page and exported whole, by exact type and by family', async () => {
  for (let index = 0; index < 5; index++) {
    const outputJson = JSON.stringify({ mime_type: 'image/png', word_count: null, sha256: '', size: index });
    await outcomes(finding(await claimFile(database, await createFile(database)), { outputJson }));
  }
  const first = await listResults(database, { mimeType: 'image/png' }, { limit: 3 });
  const second = await listResults(database, { mimeType: 'image/*' }, { limit: 3, beforeFileId: first.at(-1)?.fileId });
  assert.deepEqual([first.length, second.length], [3, 2]);
  const exported = (await Array.fromAsync(exportResults(database, { mimeType: 'image/*' }))).flat();
  assert.deepEqual(
    exported.map(({ fileId }) => fileId),
    [...first, ...second].map(({ fileId }) => fileId).sort(),
  );
});
