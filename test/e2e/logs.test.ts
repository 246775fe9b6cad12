import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { type Cluster, failFiles, startCluster } from '#test/support/cluster.ts';
import { eventually } from '#test/support/eventually.ts';

type LogRecord = Readonly<Record<string, unknown>>;

describe('The logs of all services', () => {
  const resources = new AsyncDisposableStack();
  let cluster: Cluster;
  let completed: string;
  let failed: string;
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  before(async () => {
    cluster = resources.use(
      await startCluster({
        services: ['metadata', 'result', 'upload', 'web'],
        settings: { FILEMILL_LOG_LEVEL: 'debug' },
      }),
    );
    failed = await put('bad.txt');
    await failFiles(cluster, [failed], { worker: 'breaker' });
    await cluster.start('worker', { FILEMILL_WORKER_NAME: 'mill' });
    completed = await put('good.txt');
    await fetch(`${cluster.base}/files/..`, { method: 'PUT', body: 'x' });
    await fetch(`${cluster.base}/nowhere`);
    await eventually('the file is completed', () => lineOf('file completed', completed));
    await eventually('the other is failed', () => lineOf('file failed', failed));
  });
  after(() => resources.disposeAsync());

  const put = async (name: string, headers: Record<string, string> = {}): Promise<string> => {
    const known = { 'x-request-id': `of-${name}`, traceparent: `00-${traceId}-00f067aa0ba902b7-01`, ...headers };
    const answer = await fetch(`${cluster.base}/files/${name}`, { method: 'PUT', body: 'two words', headers: known });
    return ((await answer.json()) as { id: string }).id;
  };
  const records = (): LogRecord[] =>
    cluster.running().flatMap(({ log }) => {
      const lines = log().split('\n').filter(Boolean);
      return lines.map((line) => JSON.parse(line) as LogRecord);
    });
  const lineOf = (msg: string, file: string) => records().find((record) => record.msg === msg && record.file === file);

  it('have the keys of the documentation, with its types', async () => {
    const documented = await documentedKeys();
    assert(documented.size > 25, 'the tables of the documentation are not found');
    for (const record of records()) {
      for (const key of ['level', 'time', 'service', 'pid', 'msg']) assert(key in record, JSON.stringify(record));
      for (const [key, value] of Object.entries(record)) {
        const type = documented.get(key);
        if (type !== undefined) assert(types[type]?.(value), `${key} is no ${type}: ${JSON.stringify(record)}`);
        else assert(/^[a-z][a-zA-Z]*$/.test(key) && !otherNames.has(key), `${key}: ${JSON.stringify(record)}`);
      }
    }
  });

  it('tell of each file that is accepted', () => {
    const { time: _time, pid: _pid, ms, ...rest } = lineOf('file accepted', completed) ?? {};
    assert.equal(typeof ms, 'number');
    const facts = { file: completed, requestId: 'of-good.txt', traceId, name: 'good.txt', size: 9, tenant: 'default' };
    assert.deepEqual(rest, { level: 'info', service: 'upload', ...facts, msg: 'file accepted' });
  });

  it('tell of each file that is completed', () => {
    const { time: _time, pid: _pid, ms, ...rest } = lineOf('file completed', completed) ?? {};
    assert.equal(typeof ms, 'number');
    const facts = { file: completed, requestId: 'of-good.txt', traceId, name: 'good.txt', size: 9 };
    const attempt = { worker: 'mill', attempt: 1 };
    assert.deepEqual(rest, { level: 'info', service: 'worker', ...facts, ...attempt, msg: 'file completed' });
  });

  it('warn of each file that failed', () => {
    const { time: _time, pid: _pid, ...rest } = lineOf('file failed', failed) ?? {};
    const facts = { file: failed, requestId: 'of-bad.txt', traceId, name: 'bad.txt', size: 9, tenant: 'default' };
    const why = { worker: 'breaker', attempt: 1, reason: 'ANALYZER_ERROR', detail: 'broken on purpose' };
    assert.deepEqual(rest, { level: 'warn', service: 'metadata', ...facts, ...why, msg: 'file failed' });
  });

  it('leave out what goes well, if they are told to', async () => {
    const env = { FILEMILL_LOG_FILES: 'failures' };
    await cluster.stop('upload');
    await cluster.stop('worker');
    await cluster.start('upload', env);
    await cluster.start('worker', env);
    const id = await eventually('web reaches upload again', () => put('quiet.txt').catch(() => undefined));
    await eventually('it is completed', async () => {
      const [row] = await cluster.query<{ status: string }>('select status from files where id = $1', [id]);
      return row?.status === 'COMPLETED';
    });
    await cluster.stop('worker');
    assert.equal(lineOf('file accepted', id), undefined);
    assert.equal(lineOf('file completed', id), undefined);
  });
});

/** Names that other systems have for what has a key here. */
const otherNames = new Set(['id', 'fileId', 'filename', 'trace', 'error', 'message', 'problem', 'duration']);

const isText = (value: unknown) => typeof value === 'string';

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  word: (value) => isText(value) && /^\S+$/.test(String(value)),
  text: isText,
  number: (value) => typeof value === 'number',
  time: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(value)),
  'yes or no': (value) => typeof value === 'boolean',
  list: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null,
};

/** The types of the keys in the tables of docs/operations.md. */
async function documentedKeys(): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const section = /\n## Logs\n(.*?)\n## /s.exec(text)?.[1] ?? '';
  const rows = section.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  return new Map(
    rows.flatMap(([, keys = '', , kinds = '']) => {
      const names = [...keys.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
      const each = kinds.split(', ');
      return each.every((kind) => kind in types)
        ? names.map((name, n) => [name, each[n] ?? each[0] ?? ''] as const)
        : [];
    }),
  );
}
