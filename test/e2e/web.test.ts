import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { FileJson, ResultJson, StatsJson } from '#contract/schemas.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

interface FilesPage {
  readonly files: FileJson[];
  readonly next_page_token: string;
}
interface ResultsPage {
  readonly results: ResultJson[];
  readonly next_page_token: string;
}
interface ReadyJson {
  readonly ready: boolean;
  readonly missing: { readonly part: string }[];
}

const contents = { 'one.txt': 'eins zwei drei', 'two.txt': 'four', 'שלוש.csv': 'a,b\n1,2\n3,4\n' } as const;

describe('the HTTP API over a whole system', () => {
  const ids = new Map<string, string>();
  let stack: Cluster;
  let base = '';

  before(async () => {
    stack = await startCluster({ services: httpServices });
    base = stack.base;
  });
  after(() => stack[Symbol.asyncDispose]());

  const get = async <Body>(path: string, status = 200): Promise<Body> => {
    const response = await fetch(`${base}${path}`);
    const body = await response.text();
    assert.equal(response.status, status, `${path} answered ${response.status}: ${body}`);
    return JSON.parse(body) as Body;
  };

  it('is not ready without a worker, and names just that', async () => {
    const { missing } = await get<ReadyJson>('/readyz', 503);
    assert.deepEqual(
      missing.map(({ part }) => part),
      ['worker'],
    );
  });

  it('is ready once a worker has reported', async () => {
    await stack.start('worker');
    await eventually('the service is ready', async () => (await fetch(`${base}/readyz`)).status === 200);
    assert.deepEqual(await get<ReadyJson>('/readyz'), { ready: true, missing: [], degraded: [] });
  });

  it('shows a file as it is, and its result', async () => {
    using channel = new RpcChannel(stack.env.FILEMILL_UPLOAD_TARGET ?? '');
    for (const [filename, text] of Object.entries(contents)) {
      const upload = async function* () {
        yield { part: { case: 'metadata' as const, value: { filename, path: `folder/${filename}` } } };
        yield { part: { case: 'chunk' as const, value: Buffer.from(text) } };
      };
      ids.set(filename, (await channel.client(UploadService).uploadFile(upload())).id);
    }
    for (const [filename, id] of ids) {
      await eventually(
        'the file is COMPLETED',
        async () => (await get<FileJson>(`/api/v1/files/${id}`)).status === 'COMPLETED',
      );
      const text = contents[filename as keyof typeof contents];
      const sha256 = createHash('sha256').update(text).digest('hex');
      const file = await get<FileJson>(`/api/v1/files/${id}`);
      assert.deepEqual(
        [file.id, file.filename, file.path, file.size, file.sha256, file.attempt, file.error],
        [id, filename, `folder/${filename}`, Buffer.byteLength(text), sha256, 1, null],
      );
      const { output, ...found } = await get<ResultJson>(`/api/v1/files/${id}/result`);
      assert.deepEqual([found.file_id, found.filename, found.path], [id, filename, `folder/${filename}`]);
      assert.equal(output.sha256, sha256);
      assert.equal(output.word_count, text.split(/\s+/).filter(Boolean).length);
    }
  });

  it('pages through the files, newest first, each exactly once', async () => {
    const seen: string[] = [];
    for (let token = '', pages = 0; pages < 3; pages++) {
      const page = await get<FilesPage>(`/api/v1/files?page_size=2&page_token=${encodeURIComponent(token)}`);
      seen.push(...page.files.map((file) => file.id));
      token = page.next_page_token;
      if (token === '') break;
    }
    assert.deepEqual(seen, [...ids.values()].reverse());
  });

  it('filters the files', async () => {
    const one = await get<FileJson>(`/api/v1/files/${ids.get('one.txt')}`);
    const names = async (query: string) =>
      (await get<FilesPage>(`/api/v1/files?${query}`)).files.map((file) => file.filename).sort();
    assert.deepEqual(await names('mime_type=text/plain'), ['one.txt', 'two.txt']);
    assert.deepEqual(await names(`name=${encodeURIComponent('שלוש')}`), ['שלוש.csv']);
    assert.deepEqual(await names(`sha256=${one.sha256?.toUpperCase()}`), ['one.txt']);
    assert.deepEqual(await names('status=failed&status=PENDING'), []);
    assert.equal((await names('status=COMPLETED')).length, 3);
    assert.deepEqual(await names('error_code=analyzer_error'), []);
    assert.deepEqual(await names(`created_before=${one.created_at}`), []);
    assert.equal((await names(`created_from=${one.created_at}`)).length, 3);
  });

  it('pages through the results', async () => {
    const first = await get<ResultsPage>('/api/v1/results?page_size=2');
    const rest = await get<ResultsPage>(
      `/api/v1/results?page_size=2&page_token=${encodeURIComponent(first.next_page_token)}`,
    );
    assert.equal(rest.next_page_token, '');
    assert.deepEqual(new Set([...first.results, ...rest.results].map((found) => found.file_id)), new Set(ids.values()));
    const texts = await get<ResultsPage>('/api/v1/results?mime_type=text/plain');
    assert.deepEqual(texts.results.map((found) => found.filename).sort(), ['one.txt', 'two.txt']);
  });

  it('counts', async () => {
    const stats = await get<StatsJson>('/api/v1/stats');
    const bytes = Object.values(contents).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    assert.deepEqual(stats.statuses.COMPLETED, { files: 3, bytes });
    assert.equal(stats.workers.length, 1);
    assert.deepEqual(stats.errors, []);
  });

  it('has 404 problems for what does not exist', async () => {
    for (const id of ['019aaf00-0000-7000-8000-000000000000', 'no-id', '%20', 'a%2fb'])
      for (const path of [`/api/v1/files/${id}`, `/api/v1/files/${id}/result`]) {
        const problem = await get<{ reason: string; status: number }>(path, 404);
        assert.equal(problem.reason, 'FILE_NOT_FOUND', path);
      }
  });

  it('refuses a page token that it did not give', async () => {
    assert.equal((await get<{ reason: string }>('/api/v1/files?page_token=mine', 400)).reason, 'REQUEST_INVALID');
  });

  it('answers HEAD with the headers of GET', async () => {
    const response = await fetch(`${base}/api/v1/files`, { method: 'HEAD' });
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(await response.text(), '');
  });

  it('says so when one part goes away, and serves what the others know', async () => {
    await stack.service('result').stop();
    const { missing } = await get<ReadyJson>('/readyz', 503);
    assert.deepEqual(
      missing.map(({ part }) => part),
      ['result'],
    );
    assert.equal((await get<{ reason: string }>('/api/v1/results', 503)).reason, 'UNAVAILABLE');
    assert.equal((await get<FilesPage>('/api/v1/files')).files.length, 3);
  });
});
