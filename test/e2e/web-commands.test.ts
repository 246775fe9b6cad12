import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { FileJson, ResultJson } from '#contract/schemas.ts';
import { type Cluster, failFiles, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

interface Problem {
  readonly reason: string;
}
interface Outcomes {
  readonly items: readonly { readonly id: string; readonly outcome: string }[];
}

const unknownId = '019aaf00-0000-7000-8000-000000000000';
const csvHeader =
  'file_id,filename,path,created_at,size,mime_type,word_count,sha256,description,confidence,extension_mismatch,' +
  'word_count_of,charset,language,title,author,pages,encrypted,finding_errors\r\n';
const contents = { 'one.txt': 'eins zwei drei', 'a "quoted", name.txt': 'four', '=1+1.txt': '' } as const;

describe('commands over HTTP', () => {
  const ids: string[] = [];
  let stack: Cluster;

  before(async () => {
    stack = await startCluster({ services: httpServices });
    for (const [name, body] of Object.entries(contents)) {
      const response = await fetch(`${stack.base}/files/${encodeURIComponent(name)}`, { method: 'PUT', body });
      ids.push(((await response.json()) as { id: string }).id);
    }
  });
  after(() => stack[Symbol.asyncDispose]());

  const send = async <Body>(method: string, path: string, body?: unknown, status = 200): Promise<Body> => {
    const json =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${stack.base}/api/v1/${path}`, { method, ...json });
    const text = await response.text();
    assert.equal(response.status, status, `${method} ${path} answered ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as Body;
  };
  const statusOf = async (id: string) => (await send<FileJson>('GET', `files/${id}`)).status;

  it('retries a file that FAILED, and no other', async () => {
    const [id = '', waiting = ''] = ids;
    await failFiles(stack, [id]);
    assert.equal(await statusOf(id), 'FAILED');
    assert.equal((await send<FileJson>('POST', `files/${id}/retry`)).status, 'PENDING');
    assert.equal(await statusOf(id), 'PENDING');
    assert.equal((await send<Problem>('POST', `files/${waiting}/retry`, undefined, 409)).reason, 'NOT_FAILED');
    assert.equal((await send<Problem>('POST', `files/${unknownId}/retry`, undefined, 404)).reason, 'FILE_NOT_FOUND');
    assert.equal((await send<Problem>('POST', 'files/no-id/retry', undefined, 404)).reason, 'FILE_NOT_FOUND');
  });

  it('retries many, with an outcome for each', async () => {
    const [failed = '', waiting = ''] = ids;
    await failFiles(stack, [failed]);
    const { items } = await send<Outcomes>('POST', 'files:retry', { ids: [waiting, unknownId, failed, 'no-id'] });
    assert.deepEqual(items, [
      { id: waiting, outcome: 'NOT_FAILED' },
      { id: unknownId, outcome: 'NOT_FOUND' },
      { id: failed, outcome: 'RETRIED' },
      { id: 'no-id', outcome: 'NOT_FOUND' },
    ]);
    assert.equal(await statusOf(failed), 'PENDING');
  });

  it('deletes one, and many', async () => {
    const made: string[] = [];
    for (const name of ['x', 'y', 'z'])
      made.push(
        ((await (await fetch(`${stack.base}/files/${name}`, { method: 'PUT', body: name })).json()) as { id: string })
          .id,
      );
    const [x = '', y = '', z = ''] = made;
    assert.equal(await send('DELETE', `files/${x}`, undefined, 204), undefined);
    assert.equal((await send<Problem>('DELETE', `files/${x}`, undefined, 404)).reason, 'FILE_NOT_FOUND');
    const { items } = await send<Outcomes>('POST', 'files:delete', { ids: [y, x, z] });
    assert.deepEqual(
      items.map(({ outcome }) => outcome),
      ['DELETED', 'NOT_FOUND', 'DELETED'],
    );
    for (const id of made) await send('GET', `files/${id}`, undefined, 404);
    for (const id of ids) assert.equal(await statusOf(id), 'PENDING');
  });

  const bodies: readonly [what: string, body: unknown, message: RegExp][] = [
    ['no ids', { ids: [] }, /ids: must hold at least 1/],
    ['too many', { ids: Array.from({ length: 1_001 }, () => unknownId) }, /ids: must hold at most 1000 ids/],
    ['ids that are numbers', { ids: [1] }, /ids.0: must be text/],
    ['a misspelt field', { id: [unknownId], ids: [unknownId] }, /unknown parameter id/],
    ['a list', [unknownId], /must be a JSON object/],
    ['nothing', undefined, /must be a JSON object/],
  ];
  for (const [what, body, message] of bodies)
    it(`refuses ${what} as a list of files`, async () => {
      for (const verb of ['retry', 'delete']) {
        const problem = await send<Problem & { detail: string }>('POST', `files:${verb}`, body, 400);
        assert.equal(problem.reason, 'REQUEST_INVALID');
        assert.match(problem.detail, message);
      }
    });

  it('takes a thousand ids at once', async () => {
    const { items } = await send<Outcomes>('POST', 'files:delete', {
      ids: Array.from({ length: 1_000 }, () => unknownId),
    });
    assert.equal(items.length, 1_000);
  });

  it('exports nothing but a header while there are no results', async () => {
    const ndjson = await fetch(`${stack.base}/api/v1/export`);
    assert.equal(ndjson.status, 200);
    assert.equal(await ndjson.text(), '');
    const csv = await (await fetch(`${stack.base}/api/v1/export?format=csv`)).text();
    assert.equal(csv, csvHeader);
    await send('GET', 'export?format=xml', undefined, 400);
  });

  it('exports what was found', async () => {
    await stack.start('worker');
    for (const id of ids) await eventually('the file is COMPLETED', async () => (await statusOf(id)) === 'COMPLETED');
    const results = await Promise.all(ids.map((id) => send<ResultJson>('GET', `files/${id}/result`)));

    const ndjson = await fetch(`${stack.base}/api/v1/export?format=ndjson`);
    assert.match(ndjson.headers.get('content-type') ?? '', /^application\/x-ndjson/);
    const lines = (await ndjson.text()).split('\n');
    assert.equal(lines.pop(), '');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      results,
    );

    const csv = await fetch(`${stack.base}/api/v1/export?format=csv&mime_type=text/plain`);
    assert.match(csv.headers.get('content-disposition') ?? '', /results\.csv/);
    const [first, second] = results as [ResultJson, ResultJson];
    const record = (name: string, { file_id, created_at, output }: ResultJson) =>
      `${file_id},${name},,${created_at},${output.size},text/plain,${output.word_count},${output.sha256},` +
      'Plain text,likely,false,text,us-ascii,,,,,false,\r\n';
    assert.equal(await csv.text(), csvHeader + record('one.txt', first) + record('"a ""quoted"", name.txt"', second));
  });

  it('answers 304 to who has the same already', async () => {
    const [id = ''] = ids;
    for (const path of [`files/${id}`, `files/${id}/result`]) {
      const url = `${stack.base}/api/v1/${path}`;
      const first = await fetch(url);
      const tag = first.headers.get('etag') ?? '';
      assert.match(tag, /^"[\w-]{22}"$/);
      for (const known of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
        const again = await fetch(url, { headers: { 'if-none-match': known } });
        assert.equal(again.status, 304, known);
        assert.equal(again.headers.get('etag'), tag);
        assert.equal(await again.text(), '');
      }
      const changed = await fetch(url, { headers: { 'if-none-match': '"x"' } });
      assert.deepEqual([changed.status, await changed.json()], [200, await first.json()]);
      const head = await fetch(url, { method: 'HEAD' });
      assert.deepEqual([head.status, head.headers.get('etag'), await head.text()], [200, tag, '']);
    }
  });

  it('gives another tag to a file that changed', async () => {
    const response = await fetch(`${stack.base}/files/changing`, { method: 'PUT', body: 'x' });
    const { id } = (await response.json()) as { id: string };
    const tag = async () => (await fetch(`${stack.base}/api/v1/files/${id}`)).headers.get('etag');
    const first = await tag();
    await eventually('the file is COMPLETED', async () => (await statusOf(id)) === 'COMPLETED');
    assert.notEqual(await tag(), first);
  });
});
