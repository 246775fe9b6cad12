import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { segmentPath } from '#adapters/volume/objects/layout.ts';
import { segmentsOf } from '#adapters/volume/segments/segment-scan.ts';
import type { FileDetail } from '#cli/output/detail.ts';
import type { FileWithResultJson } from '#contract/schemas.ts';
import { eventually } from '#test/support/eventually.ts';
import { type CliOptions, type CliRun, filemill } from '../support/cli.ts';
import { type Cluster, startCluster, workingServices } from '../support/cluster.ts';
import { testFolder } from '../support/start-services.ts';

type Line = Omit<FileWithResultJson, 'id'> & { readonly id: string | null };

const unknownId = '01900000-0000-7000-8000-000000000000';

describe('the command line against real services', () => {
  const resources = new AsyncDisposableStack();
  let system: Cluster;
  let folder: string;

  before(async () => {
    system = resources.use(await startCluster({ services: workingServices, settings: { FILEMILL_MAX_ATTEMPTS: '1' } }));
    folder = resources.use(await testFolder()).path;
  });
  after(() => resources.disposeAsync());

  const run = (args: readonly string[], options: Partial<CliOptions> = {}): Promise<CliRun> =>
    filemill(args, { server: system.target('upload'), ...options });

  async function file(name: string, content: string | Buffer): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  async function upload(name: string, content: string): Promise<string> {
    const [line] = (await run(['upload', await file(name, content), '--json'])).lines<Line>();
    assert.ok(line?.id, 'the upload was not acknowledged');
    return line.id;
  }

  it('uploads a folder with all it holds, and finds what is in the files', async () => {
    const contents: Record<string, Buffer> = {
      'a.txt': Buffer.from('one two\nthree\n'),
      empty: Buffer.alloc(0),
      'deep/er/שלום.txt': Buffer.from('שלום עולם'),
      'deep/large.txt': Buffer.from('word '.repeat(400_000)),
      'deep/random.bin': randomBytes(700_001),
    };
    const root = join(folder, 'all');
    for (const [path, content] of Object.entries(contents)) {
      await mkdir(join(root, path, '..'), { recursive: true });
      await writeFile(join(root, path), content);
    }
    const { code, stderr, lines } = await run(['upload', root, '--wait', '--json']);
    assert.equal(code, 0, stderr);
    const found = new Map(lines<Line>().map((line) => [line.path, line]));
    assert.deepEqual([...found.keys()].sort(), Object.keys(contents).sort());
    for (const [path, content] of Object.entries(contents)) {
      const line = found.get(path);
      assert.equal(line?.size, content.length, path);
      assert.equal(line.result?.size, content.length, path);
      assert.equal(line.result?.sha256, createHash('sha256').update(content).digest('hex'), path);
      assert.equal(line.filename, path.split('/').at(-1));
    }
    assert.deepEqual(
      ['a.txt', 'empty', 'deep/er/שלום.txt', 'deep/large.txt', 'deep/random.bin'].map(
        (path) => found.get(path)?.result?.word_count,
      ),
      [3, 0, 2, 400_000, null],
    );
    assert.equal(found.get('empty')?.mime_type, 'inode/x-empty');
  });

  it('prints each file in exactly this shape', async () => {
    const path = await file('shape.txt', 'a b');
    const [acknowledged] = (await run(['upload', path, '--json'])).lines<Line>();
    const keys =
      'id filename path size mime_type status attempt max_attempts created_at updated_at completed_at sha256 request_id tenant bytes_expired_at batch priority error result';
    assert.equal(Object.keys(acknowledged ?? {}).join(' '), keys);
    const { id, filename, size, status, result, error } = acknowledged as Line;
    assert.match(id ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual([filename, size, status, result, error], ['shape.txt', 3, 'PENDING', null, null]);

    const [ended] = (await run(['wait', id ?? '', '--json'])).lines<Line>();
    assert.deepEqual(Object.keys(ended ?? {}).sort(), keys.split(' ').sort());
    assert.equal(ended?.status, 'COMPLETED');
    assert.equal(new Date(ended?.created_at ?? '').toISOString(), ended?.created_at);
    const [got] = (await run(['get', id ?? '', '--json'])).lines<FileDetail>();
    const { attempts, ...known } = got as FileDetail;
    assert.deepEqual(known, ended);
    assert.deepEqual(
      attempts.map(({ number, outcome, error }) => [number, outcome, error]),
      [[1, 'COMPLETED', null]],
    );
    const listed = await run(['list', '--name', 'shape', '--json']);
    assert.deepEqual(listed.lines<Line>(), [ended]);
    assert.deepEqual(JSON.parse((await run(['get', id ?? '', '-o', 'json'])).stdout), [got]);
  });

  it('shows a table to people, and keeps control characters away from the terminal', async () => {
    const { stdout } = await run(['upload', await file('table.txt', 'seven words are in this very file'), '--wait']);
    const sha256 = createHash('sha256').update('seven words are in this very file').digest('hex');
    const row = `^[0-9a-f-]{36}  table\\.txt +Plain text +7 words +${sha256.slice(0, 8)}… +\\d.* m?s\\n$`;
    assert.match(stdout, new RegExp(row));
    const refused = await run(['upload', await file('esc\u001b[31m.txt', 'x')]);
    assert.equal(refused.code, 3);
    assert.ok(!refused.stderr.includes('\u001b'));
    assert.match(refused.stderr, /esc\\u001b/);
  });

  it('prints in order where both streams end in one file', async () => {
    const paths = await Promise.all(Array.from({ length: 20 }, (_, n) => file(`both-${n}.txt`, `${n}`)));
    const printed = join(folder, 'printed');
    for (const more of [[], ['--wait']]) {
      await using output = await open(printed, 'w');
      assert.equal((await run(['upload', ...paths, ...more], { output: output.fd })).code, 0);
      const lines = (await readFile(printed, 'utf8')).trim().split('\n');
      assert.match(lines.pop() ?? '', /^20 files acknowledged/);
      assert.equal(lines.filter((line) => /^[0-9a-f-]{36} {2}/.test(line)).length, 20);
    }
  });

  it('takes stdin, under the name given', async () => {
    const { code, lines } = await run(['upload', '-', '--name', 'piped.txt', '--wait', '--json'], {
      stdin: 'from a pipe',
    });
    const [line] = lines<Line>();
    assert.equal(code, 0);
    assert.deepEqual([line?.filename, line?.size, line?.result?.word_count], ['piped.txt', 11, 3]);
  });

  it('reports what cannot be sent, skips it, and sends the rest', async () => {
    const root = join(folder, 'mixed');
    await mkdir(join(root, 'sub'), { recursive: true });
    await writeFile(join(root, 'good.txt'), 'good');
    await writeFile(Buffer.concat([Buffer.from(`${root}/latin`), Buffer.from([0xe9])]), 'x');
    await writeFile(join(root, 'back\\slash'), 'x');
    await symlink('..', join(root, 'sub', 'loop'));
    const socket = createServer();
    await new Promise<void>((resolve) => socket.listen(join(root, 'socket'), resolve));
    try {
      const { code, stderr, lines } = await run(['upload', root, join(folder, 'absent'), '--json']);
      assert.equal(code, 3);
      assert.deepEqual(
        lines<Line>()
          .map(({ id, filename, error }) => [filename, id !== null, error?.code])
          .sort(),
        [
          ['absent', false, 'file_unreadable'],
          ['back\\slash', false, 'name_invalid'],
          ['good.txt', true, undefined],
          ['latin\ufffd', false, 'name_invalid'],
          ['socket', false, 'not_a_file'],
        ],
      );
      assert.match(stderr, /1 symbolic link inside folders not followed/);
      assert.match(stderr, /1 file acknowledged .*4 not uploaded/);
    } finally {
      socket.close();
    }
  });

  it('makes one file of the same idempotency key, and refuses it for another content', async () => {
    const key = randomUUID();
    const path = await file('once.txt', 'once');
    const ids = [];
    for (let turn = 0; turn < 2; turn++)
      ids.push((await run(['upload', path, '--idempotency-key', key, '-q'])).stdout.trim());
    assert.match(ids[0] ?? '', /^[0-9a-f-]{36}$/);
    assert.equal(ids[0], ids[1]);
    await writeFile(path, 'other');
    const reused = await run(['upload', path, '--idempotency-key', key, '--json']);
    assert.equal(reused.code, 3);
    assert.equal(reused.lines<Line>()[0]?.error?.code, 'idempotency_key_reused');
  });

  it('answers unknown ids with 4, and shows the others', async () => {
    const id = await upload('known.txt', 'known');
    for (const verb of ['get', 'wait', 'watch', 'delete']) {
      const { code, stdout } = await run([verb, unknownId, 'nonsense', id, '--json']);
      assert.equal(code, 4, verb);
      assert.ok(stdout.includes(id), verb);
    }
  });

  it('ends with 2 when it is used in a way that makes no sense', async () => {
    for (const args of [
      ['upload'],
      ['nonsense'],
      ['list', '--status', 'X'],
      ['delete'],
      ['delete', unknownId, '--name', 'x'],
    ])
      assert.equal((await run(args)).code, 2, args.join(' '));
  });

  it('goes on by itself when the server comes back, once it has begun', async () => {
    const path = await file('patience.txt', 'patience pays');
    const [worker, dead] = [system.service('worker').child, system.service('upload')];
    worker.kill('SIGSTOP');
    let back: Promise<unknown> | undefined;
    const { code, stderr } = await run(['upload', path, '--wait', '-v'], {
      onStderr: (said) => {
        if (said.includes('is acknowledged')) dead.child.kill('SIGKILL');
        if (said.includes('Retrying for up to 1 min'))
          back ??= system.start('upload').finally(() => worker.kill('SIGCONT'));
      },
    });
    await back;
    assert.equal(code, 0, stderr);
    assert.ok(back !== undefined, 'nothing was said of the server being away');
  });

  it('says on Ctrl-C what was acknowledged', async () => {
    const fast = await file('fast.txt', 'fast');
    system.service('worker').child.kill('SIGSTOP');
    try {
      let interrupted = false;
      const { code, stderr } = await run(['upload', fast, '--wait', '-v'], {
        onStderr: (said, kill) => {
          if (interrupted || !said.includes('acknowledged:')) return;
          // Once: a second Ctrl-C does not wait for the words.
          interrupted = true;
          kill('SIGINT');
        },
      });
      assert.equal(code, 130);
      assert.match(stderr, /1 file acknowledged .*1 stored but not seen to end/);
      const timedOut = await run(['wait', await upload('slow.txt', 'slow'), '--timeout', '1s']);
      assert.equal(timedOut.code, 5);
    } finally {
      system.service('worker').child.kill('SIGCONT');
    }
  });

  it('retries and deletes by filter, only with --yes', async () => {
    await system.service('worker').stop();
    const id = await upload('doomed.txt', 'doomed '.repeat(10_000));
    const objects = await readdir(join(system.storageDir, 'objects'), { recursive: true, withFileTypes: true });
    for (const object of objects) if (object.isFile()) await rm(join(object.parentPath, object.name));
    await system.start('worker');
    for (const verb of ['wait', 'watch']) {
      const failed = await run([verb, id, '--json']);
      assert.equal(failed.code, 3, verb);
      assert.equal(failed.lines<Line>().at(-1)?.error?.code, 'blob_missing', verb);
    }
    const listed = await run(['list', '--status', 'FAILED']);
    assert.match(listed.stdout, /^ID .* CREATED +REASON\n\S{36} {2}FAILED .* 20\S+ \S+Z {2}blob_missing: .+\n$/);
    assert.equal(listed.stdout.match(/FAILED/g)?.length, 1);
    const narrow = await run(['list', '--status', 'FAILED'], { env: { COLUMNS: '60' } });
    assert.match(narrow.stdout, /\n\S{36} {2}FAILED +doomed\.txt\n {2}blob_missing: .+\n$/);
    const { stdout } = await run(['get', id]);
    assert.match(stdout, /reason +blob_missing: /);
    assert.match(stdout, /attempt 1 +FAILED after [\d.]+ m?s, \S+, claimed 20\S+ \S+Z: blob_missing: /);

    const asked = await run(['retry', '--name', 'doomed']);
    assert.equal(asked.code, 2);
    assert.match(asked.stderr, /would retry 1 file\./);
    const retried = await run(['retry', '--name', 'doomed', '--yes', '--json']);
    assert.deepEqual(retried.lines(), [{ id, outcome: 'RETRIED' }]);
    assert.equal((await run(['wait', '-'], { stdin: retried.stdout })).code, 3);
    assert.equal((await run(['delete', '--error', 'blob_missing', '--name', 'doomed'])).code, 2);
    const deleted = await run(['delete', '--error', 'blob_missing', '--name', 'doomed', '--yes', '--json']);
    assert.deepEqual(deleted.lines(), [{ id, outcome: 'DELETED' }]);
    assert.equal((await run(['get', id])).code, 4);
  });

  it('measures a server, and leaves none of its files behind', async () => {
    for (const [files, size] of [
      [200, '1KiB'],
      [3, '600KiB'],
    ] as const) {
      const { code, stdout, stderr } = await run(['bench', '--files', String(files), '--size', size, '--json']);
      assert.equal(code, 0, stderr);
      const report = JSON.parse(stdout);
      assert.deepEqual([report.files, report.completed, report.failed, report.refused], [files, files, 0, 0]);
      assert.ok(report.files_per_second > 0 && report.upload_ms.p99 >= report.upload_ms.p50);
    }
    assert.deepEqual((await run(['list', '--name', 'bench-', '--json'])).lines(), []);
    assert.equal((await run(['bench', '--size', 'huge'])).code, 2);
  });

  it('refuses to retry what did not fail', async () => {
    const id = await upload('fine.txt', 'fine');
    await run(['wait', id]);
    const { code, lines } = await run(['retry', id, '--json']);
    assert.deepEqual([code, lines()], [3, [{ id, outcome: 'NOT_FAILED' }]]);
  });

  it('reports each change, counts, and finds everything in order', async () => {
    const id = await upload('watched.txt', 'watched');
    const watched = (await run(['watch', id, '--json'])).lines<Line>();
    assert.equal(watched.at(-1)?.status, 'COMPLETED');
    assert.equal(watched.at(-1)?.result?.word_count, 1);
    const stats = JSON.parse((await run(['stats', '--json'])).stdout);
    assert.ok(stats.statuses.COMPLETED.files > 0);
    assert.equal(stats.workers.length, 1);
    const points = await eventually('the history counts the file', async () => {
      const told = (await run(['history', '--step', 'hour', '--json'])).lines<{ completed: number }>();
      return told.some(({ completed }) => completed > 0) && told;
    });
    assert.ok(points.length >= 24);
    const history = await run(['history', '--since', '1h']);
    assert.match(history.stdout, /^Out +[▁-█ ]+ \d+ files?, at most [\d.]+ a (second|minute)$/m);
    assert.match(history.stdout, /^\d{4}-\d\d-\d\d \d\d:\d\dZ +\d+ +\d+ +\d+ +/m);
    const doctor = await run(['doctor']);
    assert.equal(doctor.code, 0, doctor.stdout);
    assert.match(doctor.stdout, /✔ Workers +1 worker alive/);
    assert.match(doctor.stdout, /✔ Clocks +this machine and the services agree/);
  });

  it('reads the volume, names what is broken on it, and lists a segment', async () => {
    const id = await upload('packed.txt', 'small');
    const storage = ['--storage', system.storageDir];
    const well = await run(['doctor', ...storage]);
    assert.equal(well.code, 0, well.stdout);
    assert.match(well.stdout, /✔ Volume +sync of folders: is possible\n/);
    assert.match(well.stdout, /✔ Volume +\d+ small files? \(.*\) in \d+ segments?/);
    const [segment = ''] = (await segmentsOf(system.storageDir)).slice(-1);
    const args = ['doctor', ...storage, '--segment', segment, '--json'];
    const listed = (await run(args)).lines<{ id: string; size: number; storage_key: string; state: string }>();
    const small = listed.find((file) => file.id === id);
    assert.deepEqual([small?.size, small?.state], [5, 'live']);
    await using bytes = await open(segmentPath(system.storageDir, segment), 'r+');
    await bytes.write('S', Number(/\/(\d+)\+/.exec(small?.storage_key ?? '')?.[1]));
    const ill = await run(['doctor', ...storage]);
    assert.equal(ill.code, 5);
    assert.match(ill.stdout, new RegExp(`✖ Volume +segment ${segment}: 1 file whose checksum does not match`));
    assert.equal((await run(['doctor', ...storage, '--segment', id])).code, 4);
    assert.equal((await run(['doctor', '--segment', segment])).code, 2);
  });

  it('lists page by page up to the limit, and says when there are more', async () => {
    const { stdout, stderr } = await run(['list', '--limit', '2', '-q']);
    assert.equal(stdout.trim().split('\n').length, 2);
    assert.equal(stderr, '');
    const all = (await run(['list', '--limit', '1000', '--json'])).lines<Line>().length;
    for (const [limit, says] of [
      [all - 1, `Only the newest ${all - 1}; --limit shows more.\n`],
      [all, ''],
      [all + 1, ''],
    ] as const) {
      const some = await run(['list', '--limit', String(limit), '--json']);
      assert.deepEqual([some.lines().length, some.stderr], [Math.min(limit, all), says]);
    }
    assert.equal((await run(['list', '--name', 'no such name'])).stderr, 'No file passes this filter.\n');
    const { lines } = await run(['list', '--mime', 'text/*', '--status', 'completed', '--json']);
    assert.ok(lines<Line>().every(({ mime_type, status }) => mime_type.startsWith('text/') && status === 'COMPLETED'));
  });
});
