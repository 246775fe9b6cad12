import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Json } from '#contract/schemas.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { queryOnce } from '#local/postgres/external-database.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { filemill } from '../support/cli.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { type Standby, startStandby } from '../support/postgres-standby.ts';
import { testFolder } from '../support/start-services.ts';

describe('a read replica', () => {
  const resources = new AsyncDisposableStack();
  let folder: string;
  let standby: Standby;
  let system: Cluster;

  before(async () => {
    folder = resources.use(await testFolder()).path;
    const dataDir = join(folder, 'primary');
    const primary = resources.use(await startEmbeddedPostgres({ dataDir }));
    standby = resources.use(await startStandby({ dataDir, ...primary }, join(folder, 'standby')));
    system = resources.use(await startCluster({ services: [...httpServices, 'worker'], adminUrl: primary.adminUrl }));
    const { pathname } = new URL(system.databaseUrl);
    const settings = {
      FILEMILL_DATABASE_READ_URL: Object.assign(new URL(standby.adminUrl), { pathname }).href,
      FILEMILL_DATABASE_READ_MAX_STALENESS_MS: '3000',
    };
    for (const name of ['metadata', 'result'] as const) {
      await system.stop(name);
      await system.start(name, settings);
    }
  });
  after(() => resources.disposeAsync());

  const onStandby = (sql: string) => queryOnce({ connectionString: standby.adminUrl }, sql);
  const list = async () => {
    const answer = await fetch(`${system.base}/api/v1/files`);
    assert.equal(answer.status, 200);
    const { files } = (await answer.json()) as Json<'FilesPage'>;
    const staleness = answer.headers.get('filemill-staleness-ms');
    return {
      names: files.map(({ filename }) => filename),
      staleness: staleness === null ? undefined : Number(staleness),
    };
  };
  const upload = async (name: string) => {
    await writeFile(join(folder, name), name);
    const { code, stderr } = await filemill(['upload', join(folder, name), '--wait'], {
      server: system.target('upload'),
    });
    assert.equal(code, 0, stderr);
  };

  it('answers lists, which say how old they may be', async () => {
    await upload('one.txt');
    const { names, staleness } = await eventually('the replica lists the file', async () => {
      const listed = await list();
      return listed.staleness !== undefined && listed.names.length > 0 && listed;
    });
    assert.deepEqual(names, ['one.txt']);
    assert.ok(staleness !== undefined && staleness <= 3_000);
  });

  it('answers statistics, counts, exports and lists of batches and results, over gRPC too', async () => {
    using channel = new RpcChannel(system.target('upload'));
    const metadata = channel.client(MetadataService);
    const result = channel.client(ResultService);
    const calls = {
      listFiles: (staleBy: (ms: number) => void) => metadata.listFiles({}, { staleBy }),
      countFiles: (staleBy: (ms: number) => void) => metadata.countFiles({}, { staleBy }),
      getStats: (staleBy: (ms: number) => void) => metadata.getStats({}, { staleBy }),
      listBatches: (staleBy: (ms: number) => void) => metadata.listBatches({}, { staleBy }),
      listResults: (staleBy: (ms: number) => void) => result.listResults({}, { staleBy }),
      exportResults: (staleBy: (ms: number) => void) => Array.fromAsync(result.exportResults({}, { staleBy })),
    };
    for (const [name, call] of Object.entries(calls))
      await eventually(`${name} is answered by the replica`, async () => {
        let told: number | undefined;
        await call((ms) => {
          told = ms;
        });
        return told !== undefined && told <= 3_000;
      });
  });

  it('never answers for a file by its id', async () => {
    await onStandby('select pg_wal_replay_pause()');
    await upload('by-id.txt');
    const [row] = await system.query<{ id: string }>(`select id from files where filename = 'by-id.txt'`);
    const answer = await fetch(`${system.base}/api/v1/files/${row?.id}`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('filemill-staleness-ms'), null);
  });

  it('is left once its answers may be older than the bound, and asked again when it has caught up', async () => {
    const { names } = await eventually('the primary lists', async () => {
      const listed = await list();
      return listed.staleness === undefined && listed;
    });
    assert.deepEqual(names, ['by-id.txt', 'one.txt']);
    await onStandby('select pg_wal_replay_resume()');
    await eventually('the replica lists', async () => (await list()).staleness !== undefined);
  });

  it('may fail without a failed list', async () => {
    await standby[Symbol.asyncDispose]();
    for (let n = 0; n < 20; n++) await list();
    assert.deepEqual(await list(), { names: ['by-id.txt', 'one.txt'], staleness: undefined });
  });
});
