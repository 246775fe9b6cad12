import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Scope } from '#domain/access.ts';
import type { FilemillError } from '#domain/errors.ts';
import { mintToken, tokenText } from '#domain/token.ts';
import { AccessService } from '#gen/filemill/v1/access_service_pb.ts';
import { DownloadService } from '#gen/filemill/v1/download_service_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { RpcChannel, type RpcClient } from '#platform/rpc/client.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { chunkOf, startOf } from '../support/resumable-uploads.ts';
import { metadata, TusRequests } from '../support/tus-requests.ts';

/**
 * A whole system with credentials, whose services connect to PostgreSQL with the rights of their own roles alone: what is
 * another tenant's answers exactly as what does not exist, and what a role needs but was not granted fails here.
 */

type As = { readonly authorization: string };

const operator: As = { authorization: `Bearer ${tokenText(mintToken())}` };
const resources = new AsyncDisposableStack();
let cluster: Cluster;
let channel: RpcChannel;
let uploads: RpcClient<typeof UploadService>;
let red: As;
let blue: As;

before(async () => {
  cluster = resources.use(
    await startCluster({
      services: ['metadata', 'result', 'upload', 'worker', 'web'],
      ownRoles: true,
      settings: {
        FILEMILL_AUTH: 'required',
        FILEMILL_TOKEN_KEY: 'a-key-for-tests-and-for-nothing-but-tests',
        FILEMILL_ADMIN_TOKEN: operator.authorization.slice('Bearer '.length),
        FILEMILL_KEEP_TEXT: '1',
      },
    }),
  );
  channel = resources.use(new RpcChannel(cluster.target('upload')));
  uploads = channel.client(UploadService);
  [red, blue] = [await callerOf('red'), await callerOf('blue')];
});
after(() => resources.disposeAsync());

async function callerOf(tenant: string): Promise<As> {
  const scopes: Scope[] = ['upload', 'read', 'retry', 'delete'];
  const { secret } = await channel.client(AccessService).createToken({ name: tenant, tenant, scopes }, operator);
  return { authorization: `Bearer ${secret}` };
}

async function beginAs(as: As, fields: { size?: bigint; idempotencyKey?: string } = {}): Promise<string> {
  const { upload } = await uploads.beginUpload({ metadata: { filename: 'f.txt', size: 6n, ...fields } }, as);
  return upload?.id ?? assert.fail();
}

async function appendAs(as: As, id: string, bytes: string, offset = 0n) {
  const messages = async function* () {
    yield startOf({ id, offset });
    yield chunkOf(bytes);
  };
  return (await uploads.appendUpload(messages(), as)).upload;
}

async function uploadAs(as: As, content: string, idempotencyKey = '') {
  const messages = async function* () {
    yield { part: { case: 'metadata' as const, value: { filename: 'f.txt', idempotencyKey } } };
    yield { part: { case: 'chunk' as const, value: Buffer.from(content) } };
  };
  return await uploads.uploadFile(messages(), as);
}

async function completeAs(as: As): Promise<string> {
  const { id } = await uploadAs(as, `two words ${randomUUID()}`);
  await Array.fromAsync(channel.client(MetadataService).watchFiles({ ids: [id], terminalOnly: true }, as));
  return id;
}

async function outcomeOf(asked: Promise<unknown>): Promise<string> {
  return await asked.then(
    () => 'done',
    ({ reason, message }: FilemillError) => `${reason} ${message}`,
  );
}

describe('an unfinished upload', () => {
  const calls: Readonly<Record<string, (id: string, as: As) => Promise<unknown>>> = {
    GetUpload: (id, as) => uploads.getUpload({ id }, as),
    AppendUpload: (id, as) => appendAs(as, id, 'abc'),
    CancelUpload: (id, as) => uploads.cancelUpload({ id }, as),
  };
  for (const [rpc, call] of Object.entries(calls)) {
    it(`${rpc} tells another tenant what it tells of one that does not exist, and changes nothing`, async () => {
      const id = await beginAs(red);
      const outcome = await outcomeOf(call(id, blue));
      assert.equal(outcome, await outcomeOf(call(randomUUID(), blue)));
      assert.match(outcome, /^UPLOAD_NOT_FOUND/);
      assert.equal((await uploads.getUpload({ id }, red)).upload?.offset, 0n);
    });

    it(`${rpc} serves its own tenant, and an administrator`, async () => {
      for (const as of [red, operator]) assert.equal(await outcomeOf(call(await beginAs(red), as)), 'done');
    });
  }

  it('becomes a file of the tenant that began it, even if an administrator ends it', async () => {
    const id = await beginAs(red);
    const file = (await appendAs(operator, id, 'abcdef'))?.file?.id ?? assert.fail();
    const ofFile = async (as: As) => (await channel.client(MetadataService).getFiles({ ids: [file] }, as)).files;
    assert.deepEqual(
      (await ofFile(red)).map(({ tenant }) => tenant),
      ['red'],
    );
    assert.deepEqual(await ofFile(blue), []);
  });

  it('is resumed by the key of its own tenant alone', async () => {
    const idempotencyKey = randomUUID();
    const id = await beginAs(red, { idempotencyKey });
    assert.equal(await beginAs(red, { idempotencyKey }), id);
    for (const as of [blue, operator]) assert.notEqual(await beginAs(as, { idempotencyKey }), id);
  });

  it('is counted for its own tenant and for administrators', async () => {
    const counter = await callerOf('counter');
    const nobody = await callerOf('nobody');
    await beginAs(counter);
    await eventually('the upload is counted', async () => {
      const count = async (as: As) => Number((await uploads.getIncompleteUploads({}, as)).uploads);
      const [own, others, all] = [await count(counter), await count(nobody), await count(operator)];
      assert.equal(others, 0);
      return own === 1 && all > 1;
    });
  });

  it('answers over tus as over gRPC', async () => {
    const tus = new TusRequests(cluster.base);
    const url = await tus.begin('f.txt', 6, red);
    const unknown = `${cluster.base}/uploads/${randomUUID()}`;
    const asked = async (to: string, as: As) => {
      const answers = [await tus.head(to, as), await tus.patch(to, 0, 'abc', as), await tus.delete(to, as)];
      return await Promise.all(answers.map(async (answer) => [answer.status, await problemOf(answer)]));
    };
    const refused = await asked(url, blue);
    assert.deepEqual(refused, await asked(unknown, blue));
    assert.deepEqual(
      refused.map(([status]) => status),
      [404, 404, 404],
    );
    assert.equal((await tus.head(url, red)).headers.get('upload-offset'), '0');
    assert.equal((await tus.patch(url, 0, 'abcdef', red)).status, 204);
    const again = await tus.create(6, { 'upload-metadata': metadata({ filename: 'f.txt' }), ...blue });
    assert.notEqual(again.headers.get('location'), new URL(url).pathname);
  });
});

it('a key that another tenant has used names no file of it', async () => {
  const key = randomUUID();
  const first = await uploadAs(red, 'secret', key);
  const second = await uploadAs(blue, 'guess', key);
  assert.ok(!second.duplicate && second.id !== first.id);
  assert.deepEqual((await uploadAs(red, 'secret', key)).id, first.id);
});

describe('a file', () => {
  const paths = ['', '/content', '/result', '/text', '/attempts'];
  it('answers over HTTP to another tenant as one that does not exist', async () => {
    const [id, unknown] = [await completeAs(red), randomUUID()];
    const ask = async (method: string, path: string, as: As, known: string) => {
      const answer = await fetch(`${cluster.base}/api/v1/files/${known}${path}`, { method, headers: as });
      return [answer.status, (await problemOf(answer)).replaceAll(known, 'ID')];
    };
    const requests = [...paths.map((path) => ['GET', path]), ...paths.map((path) => ['HEAD', path]), ['DELETE', '']];
    for (const [method = '', path = ''] of [...requests, ['POST', '/retry']]) {
      const [status, problem] = await ask(method, path, blue, id);
      assert.deepEqual([status, problem], await ask(method, path, blue, unknown), `${method} ${path}`);
      assert.equal(status, 404, `${method} ${path}`);
    }
    for (const path of paths) assert.equal((await ask('GET', path, red, id))[0], 200, path);
  });

  it('is neither downloaded nor read over gRPC by another tenant', async () => {
    const id = await completeAs(red);
    const calls = (known: string, as: As) => [
      Array.fromAsync(channel.client(DownloadService).download({ id: known }, as)),
      Array.fromAsync(channel.client(ResultService).getText({ fileId: known }, as)),
    ];
    const outcomes = async (known: string, as: As) =>
      (await Promise.all(calls(known, as).map(outcomeOf))).map((words) => words.replaceAll(known, 'ID'));
    assert.deepEqual(await outcomes(id, blue), await outcomes(randomUUID(), blue));
    for (const as of [red, operator]) assert.deepEqual(await outcomes(id, as), ['done', 'done']);
  });
});

describe('the audit', () => {
  const actionsOn = async (object: string) =>
    (await channel.client(AccessService).listAudit({ object }, operator)).events.map(({ action }) => action).sort();

  it('holds what was done to a file, and nothing that was refused', async () => {
    const id = await completeAs(red);
    for (const as of [blue, red]) {
      await outcomeOf(Array.fromAsync(channel.client(DownloadService).download({ id }, as)));
      await channel.client(ResultService).getResults({ fileIds: [id] }, as);
      await channel.client(MetadataService).deleteFiles({ ids: [id] }, as);
    }
    await eventually('the events are written', async () => (await actionsOn(id)).length === 4);
    assert.deepEqual(await actionsOn(id), ['delete', 'download', 'read_result', 'upload']);
  });

  it('still hears of reads after one that asks for what cannot be stored', async () => {
    const results = channel.client(ResultService);
    await assert.rejects(Array.fromAsync(results.exportResults({ mimeType: 'a\0b' }, blue)), {
      reason: 'REQUEST_INVALID',
    });
    const id = await completeAs(red);
    await results.getResults({ fileIds: [id] }, red);
    await eventually('the read is recorded', async () => (await actionsOn(id)).includes('read_result'));
  });
});

it('what PostgreSQL could not read is refused before it is asked', async () => {
  const [files, access] = [channel.client(MetadataService), channel.client(AccessService)];
  const nul = 'a\0b';
  for (const filter of [{ mimeType: nul }, { nameContains: nul }, { sha256: nul }, { errorCode: nul }])
    await assert.rejects(files.listFiles({ filter }, red), { reason: 'REQUEST_INVALID' });
  for (const seconds of [10n ** 17n, -(10n ** 17n), 253_402_300_800n])
    await assert.rejects(files.listFiles({ filter: { createdFrom: { seconds } } }, red), { reason: 'REQUEST_INVALID' });
  await assert.rejects(access.listTokens({ tenant: nul }, operator), { reason: 'REQUEST_INVALID' });
  await assert.rejects(access.revokeTokens({ ids: [nul] }, operator), { reason: 'REQUEST_INVALID' });
});

it('no role lacks a right that its service needs', () => {
  for (const service of cluster.running()) assert.doesNotMatch(service.log(), /permission denied|42501/);
});

/** What a problem says, without the id of its request. */
async function problemOf(answer: Response): Promise<string> {
  return (await answer.text()).replace(/"request_id":"[^"]*"/, '');
}
