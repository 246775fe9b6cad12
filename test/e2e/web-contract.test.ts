import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { mintToken, tokenText } from '#domain/token.ts';
import { type Cluster, failFiles, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { TusRequests } from '../support/tus-requests.ts';

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  /** The alternatives; none if credentials are not needed. */
  readonly security: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: object }>> }>>;
}
interface Document {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}
/** A request, and how it has to be answered. */
type Case = readonly [path: string, status: number, init?: RequestInit];

const adminToken = tokenText(mintToken());
const settings = {
  FILEMILL_AUTH: 'required',
  FILEMILL_TOKEN_KEY: 'k'.repeat(32),
  FILEMILL_ADMIN_TOKEN: adminToken,
  FILEMILL_WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1',
};
const credentials = { authorization: `Bearer ${adminToken}` };

const later = '2999-01-01T00:00:00Z';
const unknownId = '019aaf00-0000-7000-8000-000000000000';

describe('the OpenAPI document', () => {
  let stack: Cluster;
  let document: Document;
  let cases: Readonly<Record<string, readonly Case[]>>;

  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${stack.base}${path}`, { ...init, headers: { ...credentials, ...init.headers } });
  const upload = async (name: string) => {
    const response = await ask(`/files/${name}`, { method: 'PUT', body: name });
    return ((await response.json()) as { id: string }).id;
  };

  const retentionRule = async () => {
    const body = JSON.stringify({ tenant: 'red', keep_files_seconds: 3_600 });
    const headers = { 'content-type': 'application/json' };
    return ((await (await ask('/api/v1/retention', { method: 'PUT', body, headers })).json()) as { id: string }).id;
  };

  const webhookOf = async (url: string) => {
    const headers = { 'content-type': 'application/json' };
    const made = await ask('/api/v1/webhooks', { method: 'POST', body: JSON.stringify({ url }), headers });
    return ((await made.json()) as { webhook: { id: string } }).webhook.id;
  };

  before(async () => {
    stack = await startCluster({ services: httpServices, settings });
    document = (await (await fetch(`${stack.base}/api/v1/openapi.json`)).json()) as Document;
    const [failed, retried, gone] = [await upload('failed'), await upload('retried'), await upload('gone')];
    await failFiles(stack, [failed, retried]);
    await stack.start('worker', { FILEMILL_KEEP_TEXT: '1' });
    const done = await upload('done.txt');
    await eventually(
      'the duty has done its round',
      async () => (await ask(`/api/v1/files/${done}/result`)).status === 200,
    );
    const begun = (await new TusRequests(stack.base).begin('begun', 4, credentials)).split('/').at(-1) ?? '';
    const rule = await retentionRule();
    const webhook = await webhookOf('https://127.0.0.1:1/');
    const { workers } = (await (await ask('/api/v1/workers')).json()) as { workers: { name: string }[] };
    const worker = encodeURIComponent(workers[0]?.name ?? '');
    cases = casesWith({ failed, retried, gone, done, begun, rule, webhook, worker });
  });
  after(() => stack[Symbol.asyncDispose]());

  it('is of version 3.1', () => assert.match(document.openapi, /^3\.1\.\d+$/));

  it('says where the server is, below whatever path the document lies', () => {
    const [{ url = '' } = {}] = document.servers;
    for (const path of ['/', '/filemill/'])
      assert.equal(new URL(url, `https://files.example${path}api/v1/openapi.json`).pathname, path);
  });

  it('names every operation once', () => {
    const names = operations(document).map(([, { operationId }]) => operationId);
    assert.equal(new Set(names).size, names.length);
  });

  it('puts every operation into one known group, under a title, with whole sentences', () => {
    const groups = document.tags.map(({ name }) => name);
    for (const [key, { tags, summary, description }] of operations(document)) {
      assert.ok(tags.length === 1 && groups.includes(tags[0] ?? ''), key);
      assert.match(summary, /^[A-Z][^.]*[^.]$/, key);
      assert.match(description, /^[A-Z`].*\.$/s, key);
    }
  });

  it('holds no reference that leads nowhere', () => {
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g);
    for (const [reference, name = ''] of references)
      assert.ok(Object.hasOwn(document.components.schemas, name), reference);
  });

  it('documents the operations that are asked here, and no others', () => {
    assert.deepEqual(
      operations(document)
        .map(([key]) => key)
        .sort(),
      Object.keys(cases).sort(),
    );
  });

  it('says how each operation answers', async () => {
    for (const [key, operation] of operations(document))
      for (const [path, status, init] of cases[key] ?? []) {
        const method = key.split(' ', 1)[0] as string;
        const response = await ask(path, { ...init, method });
        // Events have no end.
        const endless = response.headers.get('content-type')?.startsWith('text/event-stream');
        const body = endless ? '' : await response.text();
        if (endless) await response.body?.cancel();
        assert.equal(response.status, status, `${method} ${path} answered ${response.status}: ${body}`);
        check(document, operation, response, body);
      }
  });

  it('says which operations need credentials, and how they are refused without', async () => {
    for (const [key, operation] of operations(document)) {
      const [[path, , init] = ['/', 200]] = cases[key] ?? [];
      const method = key.split(' ', 1)[0] as string;
      const response = await fetch(`${stack.base}${path}`, { ...init, method });
      if (operation.security.length === 0) assert.notEqual(response.status, 401, key);
      else assert.equal(response.status, 401, key);
      check(document, operation, response, await response.text());
    }
  });

  it('names the query parameters that are known, and no others', async () => {
    for (const [key, { parameters = [] }] of operations(document).filter(([name]) => name.startsWith('GET '))) {
      const path = key.slice(4).replace('{id}', unknownId);
      const { detail } = (await (await ask(`${path}?colour=red`)).json()) as { detail: string };
      const known = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
      assert.match(detail, /unknown parameter colour/);
      assert.equal(/known: (.*)\)/.exec(detail)?.[1] ?? '', known.join(', '), key);
    }
  });
});

/** Ids of files, of an upload that was begun for four bytes, of a retention rule, and of a webhook that leads nowhere; the name of a worker. */
type Ids = Readonly<Record<'failed' | 'retried' | 'gone' | 'done' | 'begun' | 'rule' | 'webhook' | 'worker', string>>;

function casesWith({ failed, retried, gone, done, begun, rule, webhook, worker }: Ids) {
  const json = (body: unknown): RequestInit => ({
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  const form = (...names: readonly string[]): RequestInit => {
    const body = new FormData();
    for (const name of names) body.append('file', new File(['content'], name));
    return { body };
  };
  // As `curl -d` says unless told otherwise.
  const calledForm = { body: '{"ids":[]}', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  const files = '/api/v1/files';
  const hooks = '/api/v1/webhooks';
  const key = { 'idempotency-key': 'contract' };
  const tus = (headers: Record<string, string> = {}, body: string | null = null) => ({
    headers: { 'tus-resumable': '1.0.0', ...headers },
    body,
  });
  const bytes = { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };
  const named = { 'upload-length': '4', 'upload-metadata': 'filename YQ==' };
  const checked = { ...bytes, 'upload-checksum': `sha1 ${'A'.repeat(27)}=` };
  const [upload, noUpload] = [`/uploads/${begun}`, `/uploads/${unknownId}`];
  return {
    'GET /api/v1/files': [
      [files, 200],
      [`${files}?status=FAILED`, 200],
      [`${files}?q=done&sort=-word_count&with_found=true`, 200],
      [`${files}?page_size=0`, 400],
      [`${files}?sort=colour`, 400],
    ],
    'POST /api/v1/files': [
      [files, 201, form('a', 'b')],
      [files, 207, form('a', 'x'.repeat(256))],
      [files, 400, form()],
    ],
    'PUT /files/{name}': [
      ['/files/a', 201, { body: 'a', headers: key }],
      ['/files/a', 200, { body: 'a', headers: key }],
      ['/files/b', 409, { body: 'b', headers: key }],
      ['/files/a', 422, { body: 'a', headers: { 'repr-digest': `sha-256=:${'A'.repeat(43)}=:` } }],
      ['/files/a%2Fb', 400],
      ['/files/c?batch=contract', 201, { body: 'c' }],
      ['/files/c?batch=a%20b', 400, { body: 'c' }],
    ],
    'OPTIONS /uploads': [['/uploads', 204]],
    'POST /uploads': [
      ['/uploads', 201, tus(named)],
      ['/uploads', 201, tus({ ...named, ...bytes }, 'abcd')],
      ['/uploads', 400, tus()],
      ['/uploads', 412, { headers: named }],
      ['/uploads', 413, tus({ ...named, 'upload-length': String(2 ** 50) })],
      ['/uploads', 415, tus(named, 'abcd')],
      ['/uploads', 460, tus({ ...named, ...checked }, 'abcd')],
    ],
    'PATCH /uploads/{id}': [
      [upload, 204, tus(bytes, 'ab')],
      [upload, 400, tus({ ...bytes, 'upload-offset': 'none' }, 'ab')],
      [noUpload, 404, tus(bytes, 'ab')],
      [upload, 409, tus(bytes, 'ab')],
      [upload, 412, { headers: bytes, body: 'ab' }],
      [upload, 415, tus({ 'upload-offset': '2' }, 'ab')],
      [upload, 460, tus({ ...checked, 'upload-offset': '2' }, 'ab')],
      [upload, 204, tus({ ...bytes, 'upload-offset': '2' }, 'cd')],
    ],
    'POST /uploads/{id}': [
      [upload, 204, tus({ ...bytes, 'upload-offset': '4', 'x-http-method-override': 'PATCH' })],
      [upload, 400, tus()],
      [noUpload, 404, tus({ 'x-http-method-override': 'DELETE' })],
    ],
    'HEAD /uploads/{id}': [
      [upload, 200, tus()],
      [noUpload, 404, tus()],
      [upload, 412],
    ],
    'DELETE /uploads/{id}': [
      [upload, 204, tus()],
      [upload, 404, tus()],
    ],
    'GET /api/v1/files/{id}': [
      [`${files}/${done}`, 200],
      [`${files}/${failed}`, 200],
      [`${files}/${done}`, 304, { headers: { 'if-none-match': '*' } }],
      [`${files}/${unknownId}`, 404],
    ],
    'DELETE /api/v1/files/{id}': [
      [`${files}/${gone}`, 204],
      [`${files}/${gone}`, 404],
    ],
    'GET /api/v1/files/{id}/content': [
      [`${files}/${done}/content`, 200],
      [`${files}/${failed}/content`, 200],
      [`${files}/${done}/content`, 206, { headers: { range: 'bytes=1-2' } }],
      [`${files}/${done}/content`, 304, { headers: { 'if-none-match': '*' } }],
      [`${files}/${done}/content`, 412, { headers: { 'if-match': '"other"' } }],
      [`${files}/${done}/content`, 416, { headers: { range: 'bytes=99-' } }],
      [`${files}/${unknownId}/content`, 404],
    ],
    'GET /api/v1/files/{id}/result': [
      [`${files}/${done}/result`, 200],
      [`${files}/${done}/result`, 304, { headers: { 'if-none-match': '*' } }],
      [`${files}/${failed}/result`, 404],
      [`${files}/${unknownId}/result`, 404],
    ],
    'GET /api/v1/files/{id}/text': [
      [`${files}/${done}/text`, 200],
      [`${files}/${failed}/text`, 404],
      [`${files}/${unknownId}/text`, 404],
    ],
    'GET /api/v1/files/{id}/attempts': [
      [`${files}/${done}/attempts`, 200],
      [`${files}/${failed}/attempts`, 200],
      [`${files}/${done}/attempts`, 304, { headers: { 'if-none-match': '*' } }],
      [`${files}/${unknownId}/attempts`, 404],
    ],
    'POST /api/v1/files/{id}/retry': [
      [`${files}/${retried}/retry`, 200, calledForm],
      [`${files}/${done}/retry`, 409],
      [`${files}/${unknownId}/retry`, 404],
    ],
    'GET /api/v1/webhooks': [['/api/v1/webhooks', 200]],
    'POST /api/v1/webhooks': [
      ['/api/v1/webhooks', 201, json({ url: 'https://a.example/', events: ['file.completed'], types: ['image/*'] })],
      ['/api/v1/webhooks', 400, json({ url: 'https://10.0.0.1/' })],
      ['/api/v1/webhooks', 400, json({ url: 'https://a.example/', events: ['file.renamed'] })],
    ],
    'PATCH /api/v1/webhooks/{id}': [
      [`${hooks}/${webhook}`, 200, json({ paths: ['in/'], enabled: true })],
      [`${hooks}/${webhook}`, 400, json({ types: ['text'] })],
      [`${hooks}/${unknownId}`, 404, json({ enabled: true })],
    ],
    'POST /api/v1/webhooks/{id}/rotate': [
      [`${hooks}/${webhook}/rotate`, 200],
      [`${hooks}/${unknownId}/rotate`, 404],
    ],
    'POST /api/v1/webhooks/{id}/test': [
      [`${hooks}/${webhook}/test`, 200],
      [`${hooks}/${unknownId}/test`, 404],
    ],
    'GET /api/v1/webhooks/{id}/deliveries': [
      [`${hooks}/${webhook}/deliveries`, 200],
      [`${hooks}/${webhook}/deliveries?state=GIVEN_UP&file_id=${done}`, 200],
      [`${hooks}/${webhook}/deliveries?state=LOST`, 400],
      [`${hooks}/${unknownId}/deliveries`, 404],
    ],
    'POST /api/v1/webhooks/{id}/replay': [
      [`${hooks}/${webhook}/replay`, 200, json({ ids: [unknownId] })],
      [`${hooks}/${unknownId}/replay`, 404, json({ ids: [unknownId] })],
    ],
    'POST /api/v1/webhooks:delete': [
      ['/api/v1/webhooks:delete', 200, json({ ids: [webhook, unknownId] })],
      ['/api/v1/webhooks:delete', 400, json({})],
    ],
    'GET /api/v1/files:count': [
      [`${files}:count`, 200],
      [`${files}:count?q=done&status=COMPLETED&encrypted=false`, 200],
      [`${files}:count?status=LOST`, 400],
    ],
    'GET /api/v1/files:export': [
      [`${files}:export`, 200],
      [`${files}:export?format=csv&q=done`, 200],
      [`${files}:export?format=xml`, 400],
    ],
    'POST /api/v1/files:retry': [
      ['/api/v1/files:retry', 200, json({ ids: [failed, done, unknownId] })],
      ['/api/v1/files:retry', 400, json({})],
      ['/api/v1/files:retry', 415, calledForm],
      ['/api/v1/files:retry', 415, { body: '{"ids":[]}', headers: { 'content-type': 'text/plain' } }],
    ],
    'POST /api/v1/files:pause': [
      [`${files}:pause`, 200, json({ ids: [done, unknownId] })],
      [`${files}:pause`, 400, json({ ids: [] })],
    ],
    'POST /api/v1/files:resume': [
      [`${files}:resume`, 200, json({ ids: [done, unknownId] })],
      [`${files}:resume`, 400, json({ ids: [] })],
    ],
    'POST /api/v1/files:cancel': [
      [`${files}:cancel`, 200, json({ ids: [done, unknownId] })],
      [`${files}:cancel`, 400, json({ ids: [] })],
    ],
    'POST /api/v1/files:delete': [
      ['/api/v1/files:delete', 200, json({ ids: [failed, unknownId] })],
      ['/api/v1/files:delete', 400, json({ ids: [] })],
    ],
    'GET /api/v1/results': [
      ['/api/v1/results?page_size=1', 200],
      ['/api/v1/results?encrypted=false&extension_mismatch=false', 200],
      ['/api/v1/results?page_token=mine', 400],
      ['/api/v1/results?language=german', 400],
    ],
    'GET /api/v1/export': [
      ['/api/v1/export', 200],
      ['/api/v1/export?format=csv', 200],
      ['/api/v1/export?format=xml', 400],
      ['/api/v1/export?finding_error=upset', 400],
    ],
    'GET /api/v1/audit': [
      ['/api/v1/audit', 200],
      ['/api/v1/audit?action=delete&page_size=1', 200],
      ['/api/v1/audit?action=forgive', 400],
      ['/api/v1/audit?since=yesterday', 400],
    ],
    'GET /api/v1/audit/export': [
      ['/api/v1/audit/export', 200],
      ['/api/v1/audit/export?format=csv', 200],
      ['/api/v1/audit/export?format=xml', 400],
    ],
    'GET /api/v1/retention': [['/api/v1/retention', 200]],
    'PUT /api/v1/retention': [
      [
        '/api/v1/retention',
        200,
        json({ status: 'FAILED', keep_files_seconds: 31_536_000, keep_bytes_seconds: 604_800 }),
      ],
      ['/api/v1/retention', 400, json({ keep_files_seconds: 1 })],
      ['/api/v1/retention', 400, json({ keep_files_seconds: 60, keep_bytes_seconds: 120 })],
      ['/api/v1/retention', 400, json({ tenant: 'RED' })],
    ],
    'DELETE /api/v1/retention/{id}': [
      [`/api/v1/retention/${rule}`, 200],
      [`/api/v1/retention/${unknownId}`, 404],
    ],
    'GET /api/v1/retention/{id}/forecast': [
      [`/api/v1/retention/${rule}/forecast`, 200],
      [`/api/v1/retention/${unknownId}/forecast`, 404],
    ],
    'GET /api/v1/tenants': [['/api/v1/tenants', 200]],
    'PUT /api/v1/tenants/{name}/quota': [
      ['/api/v1/tenants/red/quota', 200, json({ max_files: 3, max_bytes: null })],
      ['/api/v1/tenants/red/quota', 400, json({ max_files: -1 })],
      ['/api/v1/tenants/RED/quota', 400, json({})],
    ],
    'GET /api/v1/batches': [['/api/v1/batches', 200]],
    'GET /api/v1/batches/{name}': [
      ['/api/v1/batches/contract', 200],
      ['/api/v1/batches/none', 404],
    ],
    'POST /api/v1/batches/{name}/pause': [
      ['/api/v1/batches/contract/pause', 200],
      ['/api/v1/batches/none/pause', 404],
    ],
    'POST /api/v1/batches/{name}/resume': [
      ['/api/v1/batches/contract/resume', 200],
      ['/api/v1/batches/none/resume', 404],
    ],
    'POST /api/v1/batches/{name}/cancel': [
      ['/api/v1/batches/contract/cancel', 200],
      ['/api/v1/batches/none/cancel', 404],
    ],
    'GET /api/v1/workers': [['/api/v1/workers', 200]],
    'POST /api/v1/workers/{name}/drain': [
      [`/api/v1/workers/${worker}/drain`, 200],
      ['/api/v1/workers/nobody/drain', 404],
    ],
    'POST /api/v1/workers/{name}/resume': [
      [`/api/v1/workers/${worker}/resume`, 200],
      ['/api/v1/workers/nobody/resume', 404],
    ],
    'POST /api/v1/tenants/{name}/pause': [
      ['/api/v1/tenants/red/pause', 200],
      ['/api/v1/tenants/RED/pause', 400],
    ],
    'POST /api/v1/tenants/{name}/resume': [['/api/v1/tenants/red/resume', 200]],
    'POST /api/v1/tenants/{name}/cancel': [['/api/v1/tenants/red/cancel', 200]],
    'PUT /api/v1/batches/{name}/priority': [
      ['/api/v1/batches/march/priority', 200, json({ priority: 'bulk' })],
      ['/api/v1/batches/march/priority', 400, json({ priority: 'soon' })],
    ],
    'DELETE /api/v1/tenants/{name}/quota': [['/api/v1/tenants/red/quota', 200]],
    'GET /api/v1/stats': [['/api/v1/stats', 200]],
    'GET /api/v1/history': [
      ['/api/v1/history', 200],
      ['/api/v1/history?step=day', 200],
      ['/api/v1/history?from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z&step=hour', 200],
      ['/api/v1/history?step=week', 400],
      ['/api/v1/history?from=yesterday', 400],
      ['/api/v1/history?from=2020-01-01T00:00:00Z&step=minute', 400],
    ],
    'GET /api/v1/server': [['/api/v1/server', 200]],
    'GET /api/v1/system': [['/api/v1/system', 200]],
    'GET /api/v1/openapi.json': [['/api/v1/openapi.json', 200]],
    'GET /api/v1/events': [
      ['/api/v1/events', 200],
      ['/api/v1/events', 400, { headers: { 'last-event-id': 'mine' } }],
    ],
    'GET /api/v1/caller': [['/api/v1/caller', 200]],
    'GET /api/v1/session': [['/api/v1/session', 200]],
    'POST /api/v1/session': [
      ['/api/v1/session', 200, json({ token: adminToken })],
      ['/api/v1/session', 400, json({ token: '' })],
      ['/api/v1/session', 401, json({ token: tokenText(mintToken()) })],
    ],
    'DELETE /api/v1/session': [['/api/v1/session', 204]],
    'GET /api/v1/tokens': [
      ['/api/v1/tokens', 200],
      ['/api/v1/tokens?with_ended=true&tenant=other', 200],
      ['/api/v1/tokens?with_ended=perhaps', 400],
    ],
    'POST /api/v1/tokens': [
      ['/api/v1/tokens', 201, json({ name: 'ci', scopes: ['read'] })],
      ['/api/v1/tokens', 201, json({ name: 'ci', owner: 'us', tenant: 'red', scopes: ['read'], expires_at: later })],
      ['/api/v1/tokens', 400, json({ name: 'ci', scopes: [] })],
      ['/api/v1/tokens', 400, json({ name: 'ci', scopes: ['write'] })],
      ['/api/v1/tokens', 400, json({ name: 'ci', scopes: ['read'], expires_at: '2020-01-01T00:00:00Z' })],
    ],
    'POST /api/v1/tokens:revoke': [
      ['/api/v1/tokens:revoke', 200, json({ ids: ['0'.repeat(12)] })],
      ['/api/v1/tokens:revoke', 400, json({ ids: [] })],
    ],
    'GET /livez': [['/livez', 200]],
    'GET /readyz': [['/readyz', 200]],
  } satisfies Record<string, readonly Case[]>;
}

function operations({ paths }: Document): [key: string, operation: Operation][] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
}

/** Holds an answer against what the document says of this status and this type. */
function check(document: Document, { operationId, responses }: Operation, response: Response, body: string): void {
  const documented = responses[response.status];
  assert.ok(documented, `${operationId} answered ${response.status}, which is not documented`);
  const type = response.headers.get('content-type')?.split(';', 1)[0];
  if (documented.content === undefined) {
    assert.equal(body, '');
    return;
  }
  const content = documented.content[type ?? ''];
  assert.ok(content, `${operationId} answered with ${type}, which is not documented`);
  if (body !== '' && /[/+]json$/.test(type ?? '')) schemaOf(document, content.schema).parse(JSON.parse(body));
}

function schemaOf({ components }: Document, schema: object): z.ZodType {
  const whole = JSON.stringify({ ...schema, $defs: components.schemas }).replaceAll(
    '#/components/schemas/',
    '#/$defs/',
  );
  return z.fromJSONSchema(JSON.parse(whole));
}
