import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { findProcess } from '#local/processes/process-table.ts';
import { findRun } from '#local/run-record.ts';
import { listen } from '#platform/listen.ts';
import { type CliRun, filemill } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { testFolder } from '../support/start-services.ts';

interface Status {
  readonly state: string;
  readonly pid: number;
  readonly grpc_address: string;
  readonly http_address: string;
  readonly services: readonly { readonly name: string; readonly pid: number }[];
}

/** A data folder, and `filemill COMMAND` on it; whatever still runs there is ended. */
async function dataFolder() {
  const folder = await testFolder();
  const dataDir = join(folder.path, 'data');
  const run = async (...args: string[]): Promise<CliRun> =>
    await filemill([...args, '--data-dir', dataDir], { server: '' });
  return {
    dataDir,
    run,
    up: () => run('up', '-d', '--grpc-port', '0', '--http-port', '0'),
    status: async () => (await run('status', '--json')).lines<Status>()[0],
    async [Symbol.asyncDispose]() {
      await run('down', '--force');
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('filemill up -d', () => {
  it('answers when it serves, and is found, shown and stopped by other commands', async () => {
    await using data = await dataFolder();
    const before = await data.run('status');
    assert.deepEqual([before.code, before.stdout], [5, '']);
    assert.match(before.stderr, /Nothing runs in .*data\.\n +→ Start it with `npx filemill up -d`\./);

    const up = await data.up();
    assert.equal(up.code, 0, up.stderr);
    assert.match(up.stderr, /Stop it with `npx filemill down --data-dir .*`; `npx filemill logs -f/);
    const [, http = ''] = /HTTP +(\S+)/.exec(up.stdout) ?? [];
    await eventually('it is ready', async () => (await fetch(`${http}/readyz`)).ok);

    const status = await data.status();
    assert.equal(status?.state, 'serving');
    assert.equal(status.http_address, http);
    assert.deepEqual(
      status.services.map(({ name }) => name),
      ['metadata', 'result', 'upload', 'worker-1', 'worker-2', 'web'].toSorted(
        (a, b) => order(status, a) - order(status, b),
      ),
    );

    const again = await data.up();
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stderr, /It runs already/);
    assert.equal((await data.status())?.pid, status.pid);

    const logs = await data.run('logs', 'worker', '-n', '1');
    assert.match(logs.stdout, /worker-1 .* ready\n/);
    assert.match(logs.stdout, /worker-2 .* ready\n/);
    assert.match((await data.run('logs', 'postgres')).stdout, /database system is ready/);
    const unknown = await data.run('logs', 'nobody');
    assert.equal(unknown.code, 4);
    assert.match(unknown.stderr, /There are: metadata, postgres,/);

    const down = await data.run('down');
    assert.deepEqual([down.code, /Stopped\.\n$/.test(down.stderr)], [0, true], down.stderr);
    for (const { pid } of status.services) assert.equal(await findProcess(pid), undefined);
    assert.equal((await data.run('status')).code, 5);
    assert.equal((await data.run('down')).code, 0);
  });

  it('says why it does not start, with the exit code of `up`', async () => {
    await using data = await dataFolder();
    const busy = createServer();
    await listen(busy, '127.0.0.1:0');
    const { port } = busy.address() as { port: number };
    const up = await data.run('up', '-d', '--grpc-port', String(port));
    busy.close();
    assert.equal(up.code, 2, up.stderr);
    assert.match(
      up.stderr,
      /Filemill ended with code 2 while starting\. .*up\.log says:\n.*Port \d+ \(gRPC\) is already in use/,
    );
    assert.equal((await data.run('status')).code, 5);
  });

  it('takes no process for its own that has the id of one that is gone', async () => {
    await using data = await dataFolder();
    assert.equal((await data.up()).code, 0);
    const path = join(data.dataDir, 'up.json');
    const record = JSON.parse(await readFile(path, 'utf8'));
    await data.run('down');
    // The id of this very test, with the start time of another.
    await writeFile(path, JSON.stringify({ ...record, pid: process.pid }));
    assert.equal((await data.run('status')).code, 5);
    assert.match((await data.run('down')).stderr, /Nothing runs/);
    await writeFile(path, '{"pid": 1');
    assert.equal((await data.run('status')).code, 5);
    assert.equal((await data.up()).code, 0);
  });

  it('is ended whole by `down` after it was killed', async () => {
    await using data = await dataFolder();
    assert.equal((await data.up()).code, 0);
    const postmaster = Number.parseInt(await readFile(join(data.dataDir, 'postgres/data/postmaster.pid'), 'utf8'), 10);
    process.kill((await findRun(data.dataDir))?.pid as number, 'SIGKILL');
    await eventually('status sees nothing', async () => (await data.run('status')).code === 5);
    const down = await data.run('down');
    assert.equal(down.code, 0, down.stderr);
    assert.match(down.stderr, /stopping the PostgreSQL/);
    assert.equal(await findProcess(postmaster), undefined);
  });

  for (const [args, why] of [
    [['some-file'], /nobody would see/],
    [['--exit'], /contradict/],
  ] as const)
    it(`refuses ${args}`, async () => {
      await using data = await dataFolder();
      const up = await data.run('up', '-d', ...args);
      assert.equal(up.code, 2);
      assert.match(up.stderr, why);
    });
});

/** Services register in the order in which they start. */
function order({ services }: Status, name: string): number {
  return services.findIndex((service) => service.name === name);
}
