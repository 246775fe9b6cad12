import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type CliOptions, type CliRun, filemill } from '../support/cli.ts';
import { type Cluster, startCluster, workingServices } from '../support/cluster.ts';
import { testFolder } from '../support/start-services.ts';

describe('lists and exports of the command line', () => {
  const resources = new AsyncDisposableStack();
  let system: Cluster;
  let folder: string;
  const ids: string[] = [];

  before(async () => {
    system = resources.use(await startCluster({ services: workingServices }));
    folder = resources.use(await testFolder()).path;
    for (const [name, text] of [
      ['plain.txt', 'one two three'],
      ['page.html', '<html><title>A page</title><body>four words are here'],
    ] as const) {
      await writeFile(join(folder, name), text);
      const { stdout } = await run(['upload', join(folder, name), '--wait', '-q']);
      ids.push(stdout.trim());
    }
  });
  after(() => resources.disposeAsync());

  const run = (args: readonly string[], options: Partial<CliOptions> = {}): Promise<CliRun> =>
    filemill(args, { server: system.target('upload'), ...options });

  it('have the columns that are asked for, in tables and as fields', async () => {
    const args = ['list', '--columns', 'words,name,title,size'];
    const { stdout } = await run(args);
    assert.match(stdout, /^ WORDS {2}NAME +TITLE +SIZE\n +4 {2}page\.html +A page +\d+ B\n +3 {2}plain\.txt +13 B\n$/);
    assert.deepEqual((await run([...args, '--json'])).lines(), [
      { words: 4, name: 'page.html', title: 'A page', size: 52 },
      { words: 3, name: 'plain.txt', title: null, size: 13 },
    ]);
    for (const [sort, names] of [
      ['words', ['plain.txt', 'page.html']],
      ['words:desc', ['page.html', 'plain.txt']],
      ['created', ['plain.txt', 'page.html']],
    ] as const) {
      const { stdout: sorted } = await run(['list', '--columns', 'name', '--sort', sort, '-o', 'ndjson']);
      assert.deepEqual(sorted.match(/\w+\.\w+/g), names, sort);
    }
    const wide = await run(['list', '-o', 'wide'], { env: { COLUMNS: '60', TZ: 'Asia/Kolkata' } });
    assert.match(wide.stdout, /text\/html .*[0-9a-f]{64} .*\d\+05:30 .* default\n/);
  });

  it('go on with what changes when they are watched', async () => {
    const seen: string[] = [];
    let uploaded: Promise<CliRun> | undefined;
    const { promise: killed, resolve: kill } = Promise.withResolvers<NodeJS.Signals>();
    const watching = run(['list', '--watch', '--json', '--columns', 'id,status'], {
      killed,
      onStdout: (said) => {
        if (uploaded === undefined && said.trim().split('\n').length === 2)
          uploaded = run(['upload', '-', '--name', 'late.txt', '-q'], { stdin: 'late' });
        if (said.includes('COMPLETED') && said.trim().split('\n').length > 2) kill('SIGINT');
      },
    });
    const { code, lines } = await watching;
    assert.equal(code, 130);
    const [first, second, ...later] = lines<{ id: string; status: string }>();
    assert.deepEqual([first?.id, second?.id], ids);
    const late = (await uploaded)?.stdout.trim();
    assert.ok(later.length > 0 && later.every(({ id }) => id === late), JSON.stringify(later));
    seen.push(...later.map(({ status }) => status));
    assert.deepEqual(seen, [...new Set(seen)]);
  });

  it('are written whole or not at all, and never over another file', async () => {
    const path = join(folder, 'results.csv');
    const done = await run(['export', '--type', 'text/html', '--to', path]);
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stderr, /^1 result in .*results\.csv \(\d+ B\)\.\n$/);
    const csv = await readFile(path, 'utf8');
    assert.match(csv, new RegExp(`^file_id,filename,.*\r\n${ids[1]},page\\.html,.*\r\n$`));
    assert.equal((await run(['export', '--type', 'text/html'])).stdout, csv);
    const again = await run(['export', '--format', 'ndjson', '--to', path]);
    assert.deepEqual([again.code, await readFile(path, 'utf8')], [3, csv], again.stderr);
    const forced = await run(['export', '--format', 'ndjson', '--to', path, '--force']);
    assert.equal(forced.code, 0, forced.stderr);
    assert.match(await readFile(path, 'utf8'), /^\{"id":.*\}\n/);
    const failed = await run(['export', '--to', join(folder, 'late.csv'), '--timeout', '1ms']);
    assert.equal(failed.code, 5, failed.stderr);
    assert.deepEqual((await readdir(folder)).sort(), ['page.html', 'plain.txt', 'results.csv']);
  });
});
