import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { wholeOutput } from '#adapters/postgres/results/found.ts';
import { schemas } from '#contract/schemas.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { filemill } from '#test/support/cli.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

describe('results of schemas 1, 2 and 3', () => {
  let stack: Cluster;
  let channel: RpcChannel;
  /** In the order of their schemas. */
  let ids: readonly string[];
  const expected = () => new Map(ids.map((id, index) => [id, index + 1]));
  const outputs = new Map<string, unknown>();

  before(async () => {
    const registry = new URL('../support/findings-registry.ts', import.meta.url).pathname;
    stack = await startCluster({ services: httpServices });
    await stack.start('worker', { FILEMILL_ANALYSIS_REGISTRY: registry, FILEMILL_ALLOW_FAILPOINTS: '1' });
    ids = [await upload('oldest.txt'), await upload('old.txt'), await upload('new.txt')];
    await eventually('every result can be read', async () =>
      (await Promise.all(ids.map((id) => get(`files/${id}/result`)))).every(({ ok }) => ok),
    );
    const client = new pg.Client(stack.databaseUrl);
    await client.connect();
    await client.query(`update results r set output_data = ${wholeOutput} where file_id <> $1`, [ids[2]]);
    const added = "'{description,detected_by,confidence,candidates,extension_mismatch,word_count_of}'::text[]";
    await client.query(
      `update results set output_data = output_data - ${added} || '{"schema": 2}' where file_id <> $1`,
      [ids[2]],
    );
    await client.query(
      `update results set output_data = output_data - 'findings' || '{"schema": 1}' where file_id = $1`,
      [ids[0]],
    );
    const { rows } = await client.query<{ id: string; output: unknown }>(
      `select file_id as id, ${wholeOutput} as output from results r`,
    );
    for (const { id, output } of rows) outputs.set(id, output);
    await client.end();
    channel = new RpcChannel(stack.env.FILEMILL_UPLOAD_TARGET ?? '');
  });
  after(async () => {
    channel?.[Symbol.dispose]();
    await stack?.[Symbol.asyncDispose]();
  });

  const get = (path: string) => fetch(`${stack.base}/api/v1/${path}`);
  const upload = async (name: string) => {
    const response = await fetch(`${stack.base}/files/${name}`, { method: 'PUT', body: 'a to z' });
    return ((await response.json()) as { id: string }).id;
  };

  it('are all there, and the later ones hold what a FileAnalyzer found', () => {
    const schemaOf = (output: unknown) => schemas.Output.parse(output).schema;
    assert.deepEqual(new Map([...outputs].map(([id, output]) => [id, schemaOf(output)])), expected());
    const findings = [...outputs.values()].map((output) => schemas.Output.parse(output).findings);
    assert.ok(findings.includes(undefined));
    assert.deepEqual(findings.find((each) => each !== undefined)?.edges, { first: 'a', last: 'z' });
  });

  it('come whole over gRPC', async () => {
    const results = channel.client(ResultService);
    const answers = [
      (await results.getResults({ fileIds: [...ids] })).results,
      (await results.listResults({})).results,
      (await Array.fromAsync(results.exportResults({}))).flatMap((batch) => batch.results),
    ];
    for (const answer of answers)
      assert.deepEqual(new Map(answer.map(({ fileId, outputJson }) => [fileId, JSON.parse(outputJson)])), outputs);
  });

  it('come whole over HTTP', async () => {
    for (const [id, output] of outputs) {
      const answer = schemas.Result.parse(await (await get(`files/${id}/result`)).json());
      assert.deepEqual(answer.output, output);
    }
    const { results } = schemas.ResultsPage.parse(await (await get('results')).json());
    assert.deepEqual(new Map(results.map(({ file_id, output }) => [file_id, output])), outputs);
    const lines = (await (await get('export?format=ndjson')).text()).trim().split('\n');
    const exported = lines.map((line) => schemas.Result.parse(JSON.parse(line)));
    assert.deepEqual(new Map(exported.map(({ file_id, output }) => [file_id, output])), outputs);
    const [, ...rows] = (await (await get('export?format=csv')).text()).trim().split(/\r?\n/);
    assert.deepEqual(
      rows.map((row) => /,(?:text\/plain),/.test(row)),
      [true, true, true],
    );
  });

  it('come whole from the command line', async () => {
    const server = stack.env.FILEMILL_UPLOAD_TARGET ?? '';
    const got = await filemill(['get', ...ids, '--json'], { server });
    assert.deepEqual(new Map(got.lines<Line>().map(({ id, result }) => [id, result])), outputs, got.stderr);
    const shown = await filemill(['get', ...ids], { server });
    assert.equal(shown.code, 0, shown.stderr);
    const listed = await filemill(['list', '--json'], { server });
    assert.deepEqual(new Set(listed.lines<Line>().map(({ id }) => id)), new Set(ids), listed.stderr);
  });
});

interface Line {
  readonly id: string;
  readonly result: unknown;
}
