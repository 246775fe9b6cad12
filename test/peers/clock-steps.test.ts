import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { FileWithResultJson } from '#contract/schemas.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { RpcChannel, type RpcClient } from '#platform/rpc/client.ts';
import { type CliRun, filemill } from '../support/cli.ts';
import { type Cluster, startCluster, workingServices } from '../support/cluster.ts';
import { FakedClock } from '../support/faked-clock.ts';
import { append, begin, chunkOf, startOf } from '../support/resumable-uploads.ts';
import { startService, testFolder } from '../support/start-services.ts';
import { testDatabase } from '../support/stores.ts';

const leaseMs = 1_500;
/** Several leases. */
const analysisMs = 6_000;

for (const { name, seconds } of [
  { name: '30 minutes ahead', seconds: 1_800 },
  { name: '30 minutes back', seconds: -1_800 },
])
  describe(`when PostgreSQL's clock steps ${name} while files are on their way`, () => {
    const resources = new AsyncDisposableStack();
    let folder: string;
    let sql: pg.Client;
    let system: Cluster;
    let uploads: RpcClient<typeof UploadService>;
    const ids = { healthy: '', orphaned: '', due: '', waiting: '', resumed: '' };
    const workersSeen: string[][] = [];
    let waited: CliRun;
    let doctor: CliRun;

    before(async () => {
      folder = resources.use(await testFolder()).path;
      const clock = await FakedClock.make(folder);
      const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), env: clock.env });
      resources.use(server);
      const { url } = resources.use(await testDatabase({ adminUrl: server.adminUrl }));
      const settings = {
        FILEMILL_DATABASE_URL: url,
        FILEMILL_LEASE_MS: String(leaseMs),
        FILEMILL_WORKER_PREFETCH: '0',
        FILEMILL_ALLOW_FAILPOINTS: '1',
        FILEMILL_FAILPOINTS: `worker.analysing:delay:${analysisMs}`,
      };
      system = resources.use(
        await startCluster({ services: workingServices, settings: { ...settings, FILEMILL_WORKER_NAME: 'living' } }),
      );
      sql = new pg.Client({ connectionString: url });
      await sql.connect();
      resources.defer(() => sql.end());
      uploads = resources.use(new RpcChannel(system.target('upload'))).client(UploadService);
      const others = { FILEMILL_METADATA_TARGET: internal('metadata'), FILEMILL_RESULT_TARGET: internal('result') };
      const dying = resources.use(
        await startService('worker', {
          ...settings,
          ...others,
          FILEMILL_WORKER_THREADS: '1',
          FILEMILL_STORAGE_DIR: system.storageDir,
          FILEMILL_WORKER_NAME: 'dying',
          FILEMILL_FAILPOINTS: 'worker.analysing:delay:600000',
        }),
      );
      await sendFiles();
      const upload = await begin({ uploads }, { filename: 'resumed.txt', size: 8n });
      await holdLock(upload.id);
      await clock.set(seconds);
      await Promise.all([dying.stop('SIGKILL'), system.service('upload').stop('SIGKILL')]);
      await system.start('upload');
      await watchWorkers();
      ids.resumed = await resume(upload.id);
      system.service('worker').child.send({ failpoints: 'worker.analysing:delay:1' });
      waited = await run('wait', ...Object.values(ids), '--timeout', '100s', '--json');
      doctor = await run('doctor', '--json');
    });
    after(() => resources.disposeAsync());

    const internal = (name: string) => system.target('upload').replace(/upload$/, name);
    const run = (...args: string[]) => filemill(args, { server: system.target('upload') });

    async function send(filename: string): Promise<string> {
      const path = join(folder, `${filename}.txt`);
      await writeFile(path, filename);
      const [line] = (await run('upload', path, '--json')).lines<FileWithResultJson>();
      return line?.id ?? '';
    }

    /** Each worker holds one, two wait. */
    async function sendFiles(): Promise<void> {
      const claimed = [await send('one'), await send('two')];
      let workers: Map<string, string>;
      do {
        const text = `select id, worker from files where status = 'PROCESSING'`;
        const { rows } = await sql.query<{ id: string; worker: string }>(text);
        workers = new Map(rows.map(({ worker, id }) => [worker, id]));
        await delay(20);
      } while (workers.size < claimed.length);
      ids.healthy = workers.get('living') ?? '';
      ids.orphaned = workers.get('dying') ?? '';
      ids.due = await send('due');
      ids.waiting = await send('waiting');
      await sql.query(`update files set run_after = now() + interval '50 seconds' where id = $1`, [ids.waiting]);
    }

    /** Resolves once an append holds the lock, which it does until its server dies. */
    async function holdLock(id: string): Promise<void> {
      const messages = async function* () {
        yield startOf({ id, offset: 0n });
        yield chunkOf('half');
        await new Promise(() => undefined);
      };
      uploads.appendUpload(messages()).catch(() => undefined);
      while ((await sql.query('select from upload_locks')).rows.length === 0) await delay(20);
    }

    /** For two heartbeats and more. */
    async function watchWorkers(): Promise<void> {
      using channel = new RpcChannel(internal('metadata'));
      const { getStats } = channel.client(MetadataService);
      for (const until = performance.now() + 12_000; performance.now() < until; await delay(100))
        workersSeen.push((await getStats({})).workers.map((worker) => worker.name));
    }

    async function resume(id: string): Promise<string> {
      for (let tries = 0; ; tries++) {
        try {
          const { upload } = await uploads.getUpload({ id });
          const rest = 'halffull'.slice(Number(upload?.offset ?? 0n));
          return (await append({ uploads }, { id, offset: upload?.offset ?? 0n }, rest)).file?.id ?? '';
        } catch (error) {
          if (tries === 20) throw error;
        }
        await delay(500);
      }
    }

    it('all of them complete', () => {
      assert.equal(waited.code, 0, waited.stderr);
      assert.deepEqual(
        waited.lines<FileWithResultJson>().map(({ status }) => status),
        Object.keys(ids).map(() => 'COMPLETED'),
      );
    });

    it('no attempt is charged, and only the file of the dead worker had a second one', async () => {
      const { rows } = await sql.query<{ id: string }>('select id, attempt, silences from files');
      for (const [one, id] of Object.entries(ids))
        assert.deepEqual(
          rows.find((row) => row.id === id),
          { id, attempt: 1, silences: one === 'orphaned' ? 1 : 0 },
          one,
        );
    });

    it('a worker that lives was never missing, and the dead one is not shown for ever', () => {
      assert(
        workersSeen.every((names) => names.includes('living')),
        'the living worker was missing',
      );
    });

    it('doctor tells of the step, and of the clocks that differ', () => {
      const [{ checks } = { checks: [] }] = doctor.lines<{ checks: { name: string; ok: boolean; detail: string }[] }>();
      const clocks = checks.find((check) => check.name === 'Clocks');
      assert.equal(clocks?.ok, false);
      const direction = seconds > 0 ? ['behind', 'ahead'] : ['ahead of', 'back'];
      assert.match(clocks?.detail ?? '', new RegExp(`this machine is (30|29) min \\d+ s ${direction[0]}`));
      assert.match(clocks?.detail ?? '', new RegExp(`PostgreSQL's was set ${direction[1]} by (30 min 0|29 min 59) s`));
    });
  });
