import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startBackend } from '../support/backend.ts';
import { filemill } from '../support/cli.ts';
import { type Cluster, startCluster, workingServices } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { startService, testFolder } from '../support/start-services.ts';

interface Line {
  readonly id: string;
  readonly filename: string;
  readonly status: string;
  readonly attempt: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What each kind of poison must end with: the code, and words of the message. */
const expected: Readonly<Record<string, RegExp>> = {
  buffers: /analyzer_out_of_memory: .* more than the 250 MiB/,
  crash: /worker_crashed: .* ended by SIGSEGV/,
  heap: /analyzer_out_of_memory: /,
  loop: /analyzer_timeout: .* deadline/,
  throw: /analyzer_error: the content upset me/,
  wasm: /analyzer_timeout: .* deadline/,
};
const neighboursEach = 100;

/** Short leases and deadlines, and bounds on memory that spare the machine. */
const settings = {
  FILEMILL_LEASE_MS: '3000',
  FILEMILL_MAX_ATTEMPTS: '3',
  FILEMILL_WORKER_THREADS: '2',
  FILEMILL_WORKER_MEMORY_MB: '450',
  FILEMILL_ANALYSIS_HEAP_MB: '64',
  FILEMILL_ANALYSIS_CHILD_MEMORY_MB: '250',
  FILEMILL_ANALYSIS_DEADLINE_MS: '4000',
  FILEMILL_ALLOW_FAILPOINTS: '1',
};

describe('poison', { concurrency: true }, () => {
  describe('poisonous files among good ones', { concurrency: false }, () => {
    const resources = new AsyncDisposableStack();
    let folder: string;
    let system: Cluster;
    let lines: readonly Line[];
    let deaths = 0;

    const run = (args: readonly string[]) => filemill(args, { server: system.target('upload') });
    const idOf = (name: string) => lines.find(({ filename }) => filename === name)?.id ?? '';
    /** The worker loads its analysers through this module, which can be mended. */
    const provide = async (path: string) => {
      const module = new URL(path, import.meta.url).href;
      await writeFile(join(folder, 'registry.mjs'), `export { registryOf } from '${module}';\n`);
    };

    before(async () => {
      ({ path: folder } = resources.use(await testFolder()));
      await provide('../support/poison-registry.ts');
      system = resources.use(
        await startCluster({
          services: workingServices,
          settings: { ...settings, FILEMILL_ANALYSIS_REGISTRY: join(folder, 'registry.mjs') },
        }),
      );
      await writeFiles(join(folder, 'files'));
      const supervision = new AbortController();
      const supervising = superviseWorker(supervision.signal);
      lines = (await run(['upload', join(folder, 'files'), '--wait', '--json'])).lines<Line>();
      supervision.abort();
      await supervising;
    });
    after(() => resources.disposeAsync());

    it('each ends FAILED after three attempts, and says why', async () => {
      for (const [harm, reason] of Object.entries(expected)) {
        const { stdout } = await run(['get', idOf(harm)]);
        assert.match(stdout, /FAILED, attempt 3 of 3/);
        assert.match(stdout.replaceAll(/\s+/g, ' '), new RegExp(`reason ${reason.source}`), stdout);
      }
    });

    it('took the worker down, which shows that the harm was real', () => {
      // Whatever it held then runs alone: one death may be that of all who would kill it.
      assert.ok(deaths >= 1, `${deaths} deaths`);
    });

    it('costs no neighbour an attempt', () => {
      const neighbours = lines.filter(({ filename }) => !Object.hasOwn(expected, filename));
      assert.equal(neighbours.length, neighboursEach * Object.keys(expected).length);
      const harmed = neighbours.filter(({ status, attempt }) => status !== 'COMPLETED' || attempt !== 1);
      assert.deepEqual(harmed, []);
    });

    it('is forgiven when the cause is gone', async () => {
      await provide('../../src/analysis/registry.ts');
      await system.service('worker').stop();
      await system.start('worker');
      const ids = Object.keys(expected).map(idOf);
      assert.equal((await run(['retry', ...ids, '--json'])).code, 0);
      const mended = (await run(['wait', ...ids, '--json'])).lines<Line>();
      assert.deepEqual(
        mended.map(({ status, error }) => [status, error]),
        ids.map(() => ['COMPLETED', null]),
      );
    });

    async function superviseWorker(signal: AbortSignal): Promise<void> {
      const over = once(signal, 'abort');
      while (!signal.aborted) {
        await Promise.race([once(system.service('worker').child, 'exit'), over]);
        if (signal.aborted) return;
        deaths += 1;
        await system.start('worker');
      }
    }
  });

  describe('a worker that is killed while a file runs alone', () => {
    it('leaves no process behind, and that file alone is charged', async () => {
      await using backend = await startBackend({ leaseMs: 1_000 });
      const registry = new URL('../support/poison-registry.ts', import.meta.url).pathname;
      await backend.add(Array.from({ length: 3 }, () => ({ filename: 'wasm', content: 'x' })));
      await backend.query('update files set silences = 1');
      // No deadline of its own ends the loop.
      const worker = await startService('worker', {
        ...backend.env,
        FILEMILL_ALLOW_FAILPOINTS: '1',
        FILEMILL_ANALYSIS_REGISTRY: registry,
        FILEMILL_ANALYSIS_DEADLINE_MS: '3600000',
        FILEMILL_WORKER_THREADS: '1',
      });
      const lonePids = () => childrenOf(worker.child.pid ?? 0);
      await eventually(
        'the file has begun alone',
        async () => (await backend.query('select from files where begun_alone')).length === 1,
      );
      await eventually('a process of its own runs', async () => (await lonePids()).length === 1);
      const [lone] = await lonePids();
      await worker.stop('SIGKILL');
      await eventually('the lone process has ended', async () => !(await runs(lone ?? 0)));
      await eventually(
        'the file is PROCESSING',
        async () => (await backend.query("select from files where status = 'PROCESSING'")).length === 0,
      );
      const rows = await backend.query<{ attempt: number; charged: boolean }>(
        `select attempt, exists (
         select from attempts where file_id = id and error_message like '%ran alone%'
       ) as charged from files order by attempt`,
      );
      assert.deepEqual(rows, [
        { attempt: 0, charged: false },
        { attempt: 0, charged: false },
        { attempt: 1, charged: true },
      ]);
    });
  });
});

async function writeFiles(folder: string): Promise<void> {
  await mkdir(folder);
  for (const harm of Object.keys(expected)) {
    await writeFile(join(folder, harm), 'poison');
    for (let number = 0; number < neighboursEach; number++)
      await writeFile(join(folder, `${harm}-${number}.txt`), `the good neighbour ${number} of ${harm}`);
  }
}

async function childrenOf(parent: number): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await readdir('/proc')) if ((await parentOf(pid)) === parent) found.push(Number(pid));
  return found;
}

async function runs(pid: number): Promise<boolean> {
  return (await parentOf(String(pid))) !== undefined;
}

/** undefined for what has ended. */
async function parentOf(pid: string): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || parent === undefined ? undefined : Number(parent);
}
