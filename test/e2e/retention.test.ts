import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { access, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LocalBlobReader } from '#adapters/volume/local-blob-reader.ts';
import type { FileJson, Json, Problem } from '#contract/schemas.ts';
import { mintToken, tokenText } from '#domain/token.ts';
import { AccessService } from '#gen/filemill/v1/access_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { filemill } from '../support/cli.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

const adminToken = tokenText(mintToken());
const day = 86_400;

describe('retention', () => {
  let system: Cluster;
  let red: string;
  before(async () => {
    const settings = {
      FILEMILL_AUTH: 'required',
      FILEMILL_TOKEN_KEY: 'a-key-for-tests-and-for-nothing-but-tests',
      FILEMILL_ADMIN_TOKEN: adminToken,
      FILEMILL_SERVICE_TOKEN: 'a-token-of-services-for-tests-alone-0123',
      FILEMILL_WEB_TOKEN: 'a-token-of-web-for-tests-and-nothing-else',
      FILEMILL_KEEP_TEXT: '1',
    };
    const services = ['metadata', 'result', 'upload', 'web', 'worker'] as const;
    system = await startCluster({ services, settings, ownRoles: true });
    red = await tokenOf('red');
  });
  after(() => system[Symbol.asyncDispose]());

  async function tokenOf(tenant: string): Promise<string> {
    using channel = new RpcChannel(system.target('upload'));
    const caller = { authorization: `Bearer ${adminToken}` };
    const scopes = ['upload', 'read', 'retry', 'delete'];
    return (await channel.client(AccessService).createToken({ name: tenant, tenant, scopes }, caller)).secret;
  }

  const ask = (token: string, path: string, init: RequestInit = {}) =>
    fetch(`${system.base}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });

  async function analysed(name: string, body: string | Buffer): Promise<string> {
    // After a restart of the upload service, web connects anew.
    const { id } = await eventually('the upload is taken', async () => {
      const answer = await ask(red, `/files/${name}`, { method: 'PUT', body });
      return answer.ok && ((await answer.json()) as { id: string });
    });
    await eventually('a result', async () => (await ask(red, `/api/v1/files/${id}/result`)).ok);
    return id;
  }

  /** As if the files had ended so many days ago. */
  const makeOld = (ids: readonly string[], days: number) =>
    system.query(`update results set id = uuidv7($2::int * interval '-1 day') where file_id = any ($1::uuid[])`, [
      ids,
      days,
    ]);

  async function setRule(token: string, rule: object): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return await ask(token, '/api/v1/retention', { method: 'PUT', headers, body: JSON.stringify(rule) });
  }

  async function restartUpload(): Promise<void> {
    await system.stop('upload');
    await system.start('upload');
    await eventually('web reaches it', async () => (await ask(red, '/api/v1/retention')).ok);
  }

  const fileOf = async (id: string) => (await (await ask(red, `/api/v1/files/${id}`)).json()) as FileJson;

  async function pathOf(id: string): Promise<string> {
    const [row] = await system.query<{ key: string }>('select storage_key as key from files where id = $1', [id]);
    return new LocalBlobReader(system.storageDir).locate(row?.key ?? '').path;
  }

  const exists = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    );

  it('gives up bytes and texts, keeps results, and says so at every door', async () => {
    const large = await analysed('large.bin', randomBytes(8_000_000));
    const small = await analysed('small.txt', 'a few words');
    const paths = [await pathOf(large), await pathOf(small)];
    const slow = await ask(red, `/api/v1/files/${large}/content`);
    const rule = (await (
      await setRule(red, { keep_bytes_seconds: 7 * day, acts_now: true })
    ).json()) as Json<'RetentionRule'>;
    assert.equal(rule.tenant, 'red');
    await makeOld([large, small], 8);
    const seen = (await (await ask(red, `/api/v1/retention/${rule.id}/forecast`)).json()) as Json<'RetentionForecast'>;
    assert.ok(seen.bytes.files <= 2 && seen.files.files === 0);
    for (const id of [large, small])
      await eventually('the bytes have expired', async () => (await fileOf(id)).bytes_expired_at !== null);
    await eventually('the object is gone', async () => !(await exists(paths[0] as string)));
    // A download that has begun goes on to its end.
    assert.equal((await slow.arrayBuffer()).byteLength, 8_000_000);
    for (const [path, method] of [
      ['content', 'GET'],
      ['content', 'HEAD'],
      ['text', 'GET'],
    ] as const) {
      const answer = await ask(red, `/api/v1/files/${small}/${path}`, { method });
      assert.equal(answer.status, 410, path);
      if (method === 'GET') assert.equal(((await answer.json()) as Problem).reason, 'BYTES_EXPIRED');
    }
    assert.equal((await ask(red, `/api/v1/files/${small}/result`)).status, 200);
    await eventually('all is removed', async () => {
      const left = await system.query(`select from blob_deletions where taken_until < 'infinity'`);
      return left.length === 0;
    });
    // The segment is closed by its process, and the next one gives its room back.
    await restartUpload();
    await eventually('the segment is gone', async () => !(await exists(paths[1] as string)));
    const events = (await (await ask(adminToken, '/api/v1/audit?action=expire_bytes')).json()) as Json<'AuditPage'>;
    assert.equal(
      events.events.reduce((sum, { detail }) => sum + Number(detail?.files), 0),
      2,
    );
  });

  it('removes what is left when the retention of files ends', async () => {
    const id = await analysed('gone.txt', 'gone soon');
    await makeOld([id], 400);
    await setRule(red, { keep_bytes_seconds: 7 * day, keep_files_seconds: 365 * day, acts_now: true });
    await eventually('the file is gone', async () => (await ask(red, `/api/v1/files/${id}`)).status === 404);
    const results = await system.query('select from results where file_id = $1', [id]);
    assert.equal(results.length, 0);
    const folder = join(system.storageDir, 'texts');
    const texts = async () =>
      (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    assert.ok((await texts()).length >= 2, 'the texts of both small files');
    // A younger text might belong to a file that is being analysed.
    for (const { parentPath, name } of await texts()) await utimes(join(parentPath, name), 0, 0);
    await restartUpload();
    await eventually('the texts are gone', async () => (await texts()).length === 0);
  });

  it('lets a tenant change its own rules alone', async () => {
    const general = (await (
      await setRule(adminToken, { keep_files_seconds: 999 * day })
    ).json()) as Json<'RetentionRule'>;
    assert.equal((await setRule(red, { tenant: 'blue', keep_files_seconds: day })).status, 403);
    assert.equal((await ask(red, `/api/v1/retention/${general.id}`, { method: 'DELETE' })).status, 403);
    const blue = (await (
      await setRule(adminToken, { tenant: 'blue', keep_files_seconds: day })
    ).json()) as Json<'RetentionRule'>;
    for (const path of [blue.id, `${blue.id}/forecast`])
      assert.equal(
        (await ask(red, `/api/v1/retention/${path}`, { method: path === blue.id ? 'DELETE' : 'GET' })).status,
        404,
      );
    const { rules } = (await (await ask(red, '/api/v1/retention')).json()) as Json<'RetentionRules'>;
    assert.deepEqual(
      rules.map(({ tenant }) => tenant),
      [null, 'red'],
    );
  });

  it('is changed and shown by the command line', async () => {
    const run = (...args: readonly string[]) =>
      filemill(['retention', ...args], { server: system.target('upload'), env: { FILEMILL_TOKEN: adminToken } });
    const made = await run('set', '--tenant', 'green', '--status', 'FAILED', '--keep-files', '30d', '--json');
    const [rule] = made.lines<Json<'RetentionRule'>>();
    assert.equal(rule?.keep_files_seconds, 30 * day, made.stderr);
    const dry = await run('run', '--dry-run', '--json');
    assert.ok(dry.lines<Json<'RetentionRule'>>().some(({ id }) => id === rule.id));
    assert.ok(Date.parse((await listed(rule.id))?.acts_at ?? '') > Date.now());
    assert.equal((await run('run')).code, 0);
    assert.ok(Date.parse((await listed(rule.id))?.acts_at ?? '') <= Date.now() + 1_000);
    assert.equal((await run('remove', rule.id, '--now')).code, 0);

    async function listed(id: string): Promise<Json<'RetentionRule'> | undefined> {
      return (await run('list', '--json')).lines<Json<'RetentionRule'>>().find((one) => one.id === id);
    }
  });
});
