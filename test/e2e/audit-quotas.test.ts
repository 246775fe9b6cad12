import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Json } from '#contract/schemas.ts';
import { mintToken, tokenText } from '#domain/token.ts';
import { AccessService } from '#gen/filemill/v1/access_service_pb.ts';
import { DownloadService } from '#gen/filemill/v1/download_service_pb.ts';
import { RpcChannel, type RpcClient } from '#platform/rpc/client.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

const adminToken = tokenText(mintToken());
const admin = { authorization: `Bearer ${adminToken}` };
const resources = new AsyncDisposableStack();
after(() => resources.disposeAsync());

let cluster: Cluster;
let access: RpcClient<typeof AccessService>;

before(async () => {
  const settings = {
    FILEMILL_AUTH: 'required',
    FILEMILL_TOKEN_KEY: 'a-key-for-tests-and-for-nothing-but-tests',
    FILEMILL_ADMIN_TOKEN: adminToken,
    FILEMILL_SERVICE_TOKEN: 'a-token-of-services-for-tests-alone-0123',
    FILEMILL_WEB_TOKEN: 'a-token-of-web-for-tests-and-nothing-else',
    FILEMILL_KEEP_TEXT: '1',
  };
  cluster = resources.use(
    await startCluster({ services: ['metadata', 'result', 'upload', 'web', 'worker'], settings }),
  );
  access = clients().access;
});

function clients() {
  // A client that says it is web, with another token.
  const webToken = 'x'.repeat(40);
  const channel = resources.use(new RpcChannel(cluster.target('upload'), { webToken }));
  return { access: channel.client(AccessService), downloads: channel.client(DownloadService) };
}

async function tokenOf(tenant: string, name: string): Promise<string> {
  const { secret } = await access.createToken({ name, tenant, scopes: ['upload', 'read', 'retry', 'delete'] }, admin);
  return secret;
}

function http(token: string, path: string, init: RequestInit = {}) {
  const headers = { ...init.headers, authorization: `Bearer ${token}` };
  return fetch(`${cluster.base}${path}`, { ...init, headers });
}

async function put(token: string, name: string): Promise<{ readonly status: number; readonly id: string }> {
  const answer = await http(token, `/files/${name}`, { method: 'PUT', body: name });
  return { status: answer.status, id: ((await answer.json()) as { id: string }).id };
}

async function audit(query: string): Promise<readonly Json<'AuditEvent'>[]> {
  return ((await (await http(adminToken, `/api/v1/audit?${query}`)).json()) as Json<'AuditPage'>).events;
}

describe('the audit', () => {
  it('tells who uploaded, read, downloaded and deleted a file, and from where', async () => {
    const ada = await tokenOf('red', 'Ada');
    const { id } = await put(ada, 'a.txt');
    await eventually('a result', async () => (await http(ada, `/api/v1/files/${id}/result`)).ok);
    await http(ada, `/api/v1/files/${id}/text`);
    await http(ada, `/api/v1/files/${id}/content`, { headers: { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' } });
    const { downloads } = clients();
    const claimed = { authorization: `Bearer ${ada}`, clientAddress: '192.0.2.66' };
    for await (const _ of downloads.download({ id }, claimed));
    await http(ada, `/api/v1/files/${id}`, { method: 'DELETE' });
    const expected = ['delete', 'download', 'download', 'read_result', 'read_text', 'upload'];
    await eventually('all events', async () => (await audit(`object=${id}`)).length >= expected.length);
    const events = await audit(`object=${id}`);
    assert.deepEqual(events.map(({ action }) => action).sort(), expected);
    const from = events.filter(({ action }) => action === 'download').map(({ address }) => address);
    // A proxy that is trusted tells one; nobody else is believed.
    assert.deepEqual(from.sort(), ['198.51.100.7', 'local']);
    for (const { action, kind, name, tenant, address, at, request_id } of events) {
      assert.deepEqual([kind, name, tenant], ['token', 'Ada', 'red']);
      if (action !== 'download') assert.equal(address, '127.0.0.1', action);
      assert.ok(request_id !== '' && Date.parse(at ?? '') <= Date.now() + 1_000);
    }
  });

  it('tells who made and revoked a token', async () => {
    const secret = await tokenOf('red', 'Bob');
    const id = secret.split('_')[1] ?? '';
    await access.revokeTokens({ ids: [id] }, admin);
    const [revoked, created] = await audit(`object=${id}`);
    assert.deepEqual(
      [revoked?.action, created?.action, created?.name],
      ['revoke_token', 'create_token', 'the operator'],
    );
    assert.deepEqual(created?.detail, { name: 'Bob', scopes: ['upload', 'read', 'retry', 'delete'] });
  });

  it('tells of refused credentials, but not which, and a flood fills nothing', async () => {
    const wrong = () => access.getCaller({}, { authorization: `Bearer ${tokenText(mintToken())}` });
    for (const { status } of await Promise.allSettled(Array.from({ length: 200 }, wrong)))
      assert.equal(status, 'rejected');
    await eventually('an event', async () => (await audit('action=refuse_credentials')).length > 0);
    const events = await audit('action=refuse_credentials');
    assert.ok(events.length <= 2, `${events.length} events`);
    assert.doesNotMatch(JSON.stringify(events), /fm_/);
  });

  it('is exported, in pages of any number', async () => {
    const answer = await http(adminToken, '/api/v1/audit/export?tenant=red&format=csv');
    const [head, ...lines] = (await answer.text()).trimEnd().split('\r\n');
    assert.equal(head, 'id,at,kind,actor,name,tenant,action,object,request_id,address,detail');
    assert.ok(lines.length >= 5 && lines.every((line) => line.includes(',red,')));
  });

  it('is for operators alone', async () => {
    const eve = await tokenOf('red', 'Eve');
    for (const path of ['/api/v1/audit', '/api/v1/audit/export', '/api/v1/tenants'])
      assert.equal((await http(eve, path)).status, 403);
  });
});

describe('the quota of a tenant', () => {
  const limit = async (tenant: string, quota: object) => {
    const body = JSON.stringify(quota);
    const headers = { 'content-type': 'application/json' };
    const answer = await http(adminToken, `/api/v1/tenants/${tenant}/quota`, { method: 'PUT', body, headers });
    assert.equal(answer.status, 200);
  };

  it('is exact while 50 uploads come at once, frees room with deletions, and concerns no other tenant', async () => {
    const [few, free] = [await tokenOf('few', 'few'), await tokenOf('free', 'free')];
    await limit('few', { max_files: 10 });
    const uploads = Array.from({ length: 50 }, (_, n) => [put(few, `f${n}`), put(free, `g${n}`)]).flat();
    const answers = await Promise.all(uploads);
    const [ofFew, ofFree] = [0, 1].map((side) => answers.filter((_, n) => n % 2 === side));
    assert.equal(ofFree?.filter(({ status }) => status === 201).length, 50);
    const kept = ofFew?.filter(({ status }) => status === 201) ?? [];
    assert.equal(kept.length, 10);
    assert.ok(ofFew?.every(({ status }) => status === 201 || status === 429));
    await http(few, `/api/v1/files/${kept[0]?.id}`, { method: 'DELETE' });
    await eventually('there is room again', async () => (await put(few, 'more')).status === 201);
    await eventually('there is none again', async () => (await put(few, 'less')).status === 429);
    const { tenants } = (await (await http(adminToken, '/api/v1/tenants')).json()) as Json<'Tenants'>;
    const { files, quota, has_own_quota } = tenants.find(({ name }) => name === 'few') ?? assert.fail();
    assert.deepEqual([files, quota.max_files, has_own_quota], [10, 10, true]);
  });

  it('refuses a file that is too large before its bytes are taken', async () => {
    const small = await tokenOf('small', 'small');
    await limit('small', { max_bytes: 10 });
    await put(small, 'a');
    const refusal = async () => {
      const headers = { 'tus-resumable': '1.0.0', 'upload-length': '11', 'upload-metadata': 'filename YQ==' };
      const answer = await http(small, '/uploads', { method: 'POST', headers });
      return answer.status === 429 ? ((await answer.json()) as Json<'Problem'>) : undefined;
    };
    await eventually('the quota is known', async () => (await refusal()) !== undefined);
    assert.equal((await refusal())?.reason, 'QUOTA_EXCEEDED');
    assert.equal((await put(small, '123456789')).status, 201);
  });

  it('bounds requests, and says when to come back', async () => {
    const fast = await tokenOf('fast', 'fast');
    await limit('fast', { max_requests_per_minute: 5 });
    let refused: Response | undefined;
    await eventually('a refusal', async () => {
      const answer = await http(fast, '/api/v1/files');
      if (answer.status === 429) refused = answer;
      return refused !== undefined;
    });
    const problem = (await refused?.json()) as Json<'Problem'>;
    assert.equal(problem.reason, 'RATE_LIMITED');
    const seconds = Number(refused?.headers.get('retry-after'));
    assert.ok(seconds >= 1 && seconds <= 12, `${seconds} s`);
    await limit('fast', {});
    await eventually('no limit', async () => (await http(fast, '/api/v1/files')).ok);
  });

  it('is recorded when it changes', async () => {
    const [latest] = await audit('action=set_quota&object=fast');
    assert.deepEqual([latest?.name, latest?.detail], ['the operator', { defaults: false }]);
  });
});
