import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LocalBlobReader } from '#adapters/volume/local-blob-reader.ts';
import { filemill } from '../support/cli.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { type ServiceProcess, startService, testFolder } from '../support/start-services.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { queryRows } from '../support/upload-stack.ts';

const MiB = 1024 * 1024;
const megabytes = 500;
const cuts = 10;
/** What may be on its way when a connection is cut: windows, and memory of sockets and of the proxy. */
const lostByCut = 8 * MiB;

describe('a large file over a link that breaks', () => {
  const resources = new AsyncDisposableStack();
  let backends: Cluster;
  let upload: ServiceProcess;
  let proxy: TcpProxy;
  let folder: string;
  let env: Record<string, string>;

  before(async () => {
    backends = resources.use(await startCluster());
    folder = resources.use(await testFolder()).path;
    env = {
      FILEMILL_GRPC_LISTEN: `unix:${folder}/u`,
      FILEMILL_STORAGE_DIR: join(folder, 'volume'),
      FILEMILL_METADATA_TARGET: backends.target('metadata'),
      FILEMILL_RESULT_TARGET: backends.target('result'),
    };
    upload = await startService('upload', env);
    resources.defer(() => upload.stop());
    proxy = resources.use(await TcpProxy.start(`${folder}/u`));
  });
  after(() => resources.disposeAsync());

  const send = (path: string) => filemill(['upload', path, '--json'], { server: proxy.address });

  /** Without a folder in which a copy of it could be kept. */
  const pipe = (path: string) =>
    filemill(['upload', '-', '--name', 'piped', '--json'], {
      server: proxy.address,
      stdin: createReadStream(path),
      env: { TMPDIR: join(folder, 'no such folder') },
    });

  it('is sent once, however often the connection is cut', async (test) => {
    const { path, sha256 } = await makeFile(folder, megabytes);
    const sending = send(path);
    for (let n = 0; n < cuts; n++) {
      await proxy.sends(((megabytes - 50) * 1e6) / cuts);
      proxy.cut();
    }
    const { code, stderr, lines } = await sending;
    assert.equal(code, 0, stderr);
    const [line] = lines<{ id: string }>();
    assert.equal(await kept(line?.id), sha256);
    const more = proxy.sent - megabytes * 1e6;
    test.diagnostic(`${megabytes} MB, ${cuts} cuts: ${(more / 1e6).toFixed(1)} MB were sent twice or are framing`);
    assert.ok(more < cuts * lostByCut, `${more} bytes too many were sent`);
  });

  it('is sent once when it comes through a pipe, of which no byte can be read again', async () => {
    const { path, sha256 } = await makeFile(folder, 100);
    const sending = pipe(path);
    for (let n = 0; n < cuts; n++) {
      await proxy.sends(90e6 / cuts);
      proxy.cut();
    }
    const { code, stderr, lines } = await sending;
    assert.equal(code, 0, stderr);
    const [line] = lines<{ id: string; filename: string; size: number }>();
    assert.deepEqual([line?.filename, line?.size], ['piped', 100e6]);
    assert.equal(await kept(line?.id), sha256);
  });

  for (const [where, sendBy] of [
    ['where it was', send],
    ['where it was, out of a pipe,', pipe],
  ] as const)
    it(`goes on ${where} after the server was killed`, async (test) => {
      const { path, sha256 } = await makeFile(folder, 60);
      const before = proxy.sent;
      const sending = sendBy(path);
      await proxy.sends(30e6);
      await upload.stop('SIGKILL');
      upload = await startService('upload', env);
      const { code, stderr, lines } = await sending;
      assert.equal(code, 0, stderr);
      assert.equal(await kept(lines<{ id: string }>()[0]?.id), sha256);
      const more = proxy.sent - before - 60e6;
      test.diagnostic(`${(more / 1e6).toFixed(1)} MB were sent twice or are framing`);
      assert.ok(more < 2 * lostByCut, `${more} bytes too many were sent`);
    });

  /** The SHA-256 of what is on the volume. */
  async function kept(id: string | undefined): Promise<string> {
    const [row] = await queryRows(
      backends.databaseUrl,
      'select storage_key, declared_sha256 from files where id = $1',
      [id],
    );
    const { path } = new LocalBlobReader(join(folder, 'volume')).locate(String(row?.storage_key));
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    assert.equal(row?.declared_sha256, sha256);
    return sha256;
  }
});

/** No two of its megabytes are alike. */
async function makeFile(folder: string, size: number): Promise<{ path: string; sha256: string }> {
  const path = join(folder, `${size}.bin`);
  const hash = createHash('sha256');
  const block = randomBytes(1e6);
  await using file = await open(path, 'w');
  for (let n = 0; n < size; n++) {
    block.writeUInt32BE(n, 0);
    hash.update(block);
    await file.write(block);
  }
  return { path, sha256: hash.digest('hex') };
}
