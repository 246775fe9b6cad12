import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { appendFile, readdir, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { LocalBlobReader } from '#adapters/volume/local-blob-reader.ts';
import { type CliRun, filemill } from '../support/cli.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { startService, testFolder } from '../support/start-services.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { queryRows } from '../support/upload-stack.ts';

const MB = 1e6;
const size = 60 * MB;
/** What may be on its way when a process dies: windows, and memory of sockets and of the proxy. */
const lostByBreak = 8 * 1024 * 1024;

interface Line {
  readonly id: string;
  readonly error?: { readonly code: string };
}

describe('A client that gives up', () => {
  const resources = new AsyncDisposableStack();
  let backends: Cluster;
  let proxy: TcpProxy;
  let folder: string;
  let files = 0;

  before(async () => {
    backends = resources.use(await startCluster());
    folder = resources.use(await testFolder()).path;
    resources.use(
      await startService('upload', {
        FILEMILL_GRPC_LISTEN: `unix:${folder}/u`,
        FILEMILL_STORAGE_DIR: join(folder, 'volume'),
        FILEMILL_METADATA_TARGET: backends.target('metadata'),
        FILEMILL_RESULT_TARGET: backends.target('result'),
        FILEMILL_MAX_FILE_SIZE: String(100 * MB),
      }),
    );
    proxy = resources.use(await TcpProxy.start(`${folder}/u`));
  });
  after(() => resources.disposeAsync());

  const send = (path: string, args: readonly string[] = [], killed?: Promise<NodeJS.Signals>) =>
    filemill(['upload', path, '--json', ...args], { server: proxy.address, ...(killed && { killed }) });

  /** A signal once the server has some of the file. */
  const halfway = async (signal: NodeJS.Signals) => {
    await proxy.sends(size / 3);
    return signal;
  };

  const changes: Record<string, (path: string) => Promise<void>> = {
    'since the file grows': (path) => appendFile(path, 'more'),
    'since the file is cut': (path) => truncate(path, 1_000),
    'since the file is written to': (path) => utimes(path, new Date(), new Date(0)),
  };
  for (const [why, change] of Object.entries(changes))
    for (const key of [[], ['--idempotency-key', 'changing']])
      it(`${why} leaves nothing behind ${key.length > 0 ? 'with a key' : 'without a key'}`, async () => {
        const path = await makeFile();
        const sending = send(path, key);
        await proxy.sends(size / 3);
        await change(path);
        const { code, stderr } = await sending;
        assert.equal(code, 3, stderr);
        assert.deepEqual(await left(), []);
      });

  it('since the server refuses the file for good leaves nothing behind', async () => {
    const path = await makeFile(110 * MB);
    assert.equal((await send(path)).code, 3);
    assert.deepEqual(await left(), []);
  });

  it('since its command line cannot be meant leaves nothing behind', async () => {
    const path = await makeFile();
    assert.equal((await send(path, [path, '--idempotency-key', 'for two files'])).code, 2);
    assert.deepEqual(await left(), []);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`by ${signal} leaves nothing behind when nobody knows the key`, async () => {
      const { code, stderr } = await send(await makeFile(), [], halfway(signal));
      assert.equal(code, 130, stderr);
      assert.deepEqual(await left(), []);
    });

  it('by --timeout leaves nothing behind when nobody knows the key, nor when a pipe was sent', async () => {
    for (const key of [[], ['--idempotency-key', 'a pipe is not sent twice']]) {
      const stdin = new Readable({ read: () => undefined });
      stdin.push(randomBytes(20 * MB));
      const args = ['upload', '-', '--timeout', '3s', ...key];
      const { code, stderr } = await filemill(args, { server: proxy.address, stdin });
      assert.equal(code, 5, stderr);
      assert.deepEqual(await left(), []);
    }
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const)
    it(`by ${signal} is followed by one with the same key, which goes on from there`, async (test) => {
      const [path, key] = [await makeFile(), ['--idempotency-key', randomUUID()]];
      const before = proxy.sent;
      const first = await send(path, key, halfway(signal));
      if (signal !== 'SIGKILL') assert.match(first.stderr, /repeat the command to resume the upload/);
      await eventually('a part of the file has come', async () => (await bytesLeft()) > size / 6);
      assert.equal((await left()).length, 1);
      await assertShown();
      const { code, stderr, lines } = await send(path, key);
      assert.equal(code, 0, stderr);
      await assertKept(lines<Line>()[0], path);
      assert.deepEqual(await left(), []);
      const more = proxy.sent - before - size;
      test.diagnostic(`${(more / MB).toFixed(1)} MB were sent twice or are framing`);
      assert.ok(more < lostByBreak, `${more} bytes too many were sent`);
    });

  it('is followed by one with the same key and other bytes of the same size, which are what is kept', async () => {
    const [path, key] = [await makeFile(), ['--idempotency-key', randomUUID()]];
    await send(path, key, halfway('SIGKILL'));
    await writeFile(path, randomBytes(size));
    const { code, stderr, lines } = await send(path, key);
    assert.equal(code, 0, stderr);
    await assertKept(lines<Line>()[0], path);
    assert.deepEqual(await left(), []);
  });

  it('is told by the same key of the file that there is, without sending it', async () => {
    const [path, key] = [await makeFile(), ['--idempotency-key', randomUUID()]];
    const [first] = (await send(path, key)).lines<Line>();
    const before = proxy.sent;
    const [second] = (await send(path, key)).lines<Line>();
    assert.equal(second?.id, first?.id);
    await writeFile(path, randomBytes(size));
    const other = await send(path, key);
    assert.equal(other.code, 3, other.stderr);
    assert.equal(other.lines<Line>()[0]?.error?.code, 'idempotency_key_reused');
    assert.ok(proxy.sent - before < MB, 'the content was sent again');
    await assertKept(first, path, { changed: true });
  });

  it('is not told of a file that was deleted since: another is made', async () => {
    const [path, key] = [await makeFile(), ['--idempotency-key', randomUUID()]];
    const [first] = (await send(path, key)).lines<Line>();
    await filemill(['delete', first?.id ?? '', '--yes'], { server: proxy.address });
    const [second] = (await send(path, key)).lines<Line>();
    assert.notEqual(second?.id, first?.id);
    await assertKept(second, path);
  });

  it('has company of one with the same key: both name one file, of which hardly a byte is sent twice', async (test) => {
    const [path, key] = [await makeFile(), ['--idempotency-key', randomUUID()]];
    const before = proxy.sent;
    const runs: CliRun[] = await Promise.all([send(path, key), send(path, key), send(path, key)]);
    for (const { code, stderr } of runs) assert.equal(code, 0, stderr);
    const lines = runs.map((run) => run.lines<Line>()[0]);
    assert.equal(new Set(lines.map((line) => line?.id)).size, 1);
    await assertKept(lines[0], path);
    assert.deepEqual(await left(), []);
    const more = proxy.sent - before - size;
    test.diagnostic(`${(more / MB).toFixed(1)} MB were sent twice or are framing`);
    assert.ok(more < 3 * lostByBreak, `${more} bytes too many were sent`);
  });

  /** As one upload, by this machine. */
  async function assertShown(): Promise<void> {
    const ask = (...args: readonly string[]) => filemill(args, { server: proxy.address });
    assert.match((await ask('stats')).stdout, /^1 incomplete upload: .* of at most .*; .* by local$/m);
    assert.match((await ask('doctor')).stdout, /✔ Partial +1 incomplete upload: /);
    const { incomplete_uploads: shown } = JSON.parse((await ask('stats', '--json')).stdout);
    assert.deepEqual([shown.uploads, shown.callers.length, shown.max_uploads], [1, 1, 10_000]);
    assert.ok(shown.bytes > 0 && shown.bytes === shown.callers[0].bytes && shown.bytes < shown.max_bytes);
  }

  async function makeFile(bytes = size): Promise<string> {
    const path = join(folder, `${++files}.bin`);
    await writeFile(path, randomBytes(bytes));
    return path;
  }

  /** Names of unfinished uploads. */
  async function left(): Promise<string[]> {
    return (await readdir(join(folder, 'volume', 'resumable'))).filter((name) => !name.endsWith('.json'));
  }

  async function bytesLeft(): Promise<number> {
    const stats = await Promise.all((await left()).map((name) => stat(join(folder, 'volume', 'resumable', name))));
    return stats.reduce((sum, one) => sum + one.size, 0);
  }

  async function assertKept(line: Line | undefined, path: string, { changed = false } = {}): Promise<void> {
    const [row] = await queryRows(
      backends.databaseUrl,
      'select storage_key, declared_sha256 from files where id = $1',
      [line?.id],
    );
    const object = new LocalBlobReader(join(folder, 'volume')).locate(String(row?.storage_key)).path;
    const sha256 = sha256Of(await readFile(object));
    assert.equal(row?.declared_sha256, sha256);
    if (!changed) assert.equal(sha256, sha256Of(await readFile(path)));
  }
});

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
