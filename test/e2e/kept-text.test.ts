import assert from 'node:assert/strict';
import { rmdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import pino from 'pino';
import { LocalTextStore } from '#adapters/volume/texts/local-text-store.ts';
import type { FileWithResultJson } from '#contract/schemas.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { startTextSweeper } from '#services/upload/duties/text-sweeper.ts';
import { filemill } from '../support/cli.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

const page =
  '<html><head><title>out</title></head><body><p>Seen by <b>readers</b> \u6587\u5b57</p><script>no()</script></body></html>';
const latin = Buffer.from('caf\xe9 au lait\n', 'latin1');

describe('kept texts', () => {
  let system: Cluster;
  const files = new Map<string, FileWithResultJson>();
  const run = (args: readonly string[]) => filemill(args, { server: system.target('upload') });
  const upload = async (names: readonly string[]) => {
    const paths = names.map((name) => join(system.folder, name));
    for (const line of (await run(['upload', ...paths, '--wait', '--json'])).lines<FileWithResultJson>())
      files.set(line.filename, line);
  };
  const idOf = (name: string) => files.get(name)?.id ?? '';
  const overHttp = (id: string) => fetch(`${system.base}/api/v1/files/${id}/text`);

  before(async () => {
    system = await startCluster({ services: httpServices });
    await writeFile(join(system.folder, 'before.html'), page);
    await writeFile(join(system.folder, 'page.html'), page);
    await writeFile(join(system.folder, 'latin.txt'), latin);
    await writeFile(join(system.folder, 'large.txt'), 'many words '.repeat(3_000_000));
    await writeFile(join(system.folder, 'binary.dat'), Buffer.from([0, 1, 2, 3]));
    await system.start('worker');
    await upload(['before.html']);
    await system.stop('worker');
    await system.start('worker', { FILEMILL_KEEP_TEXT: '1' });
    await upload(['page.html', 'latin.txt', 'large.txt', 'binary.dat']);
  });
  after(() => system[Symbol.asyncDispose]());

  it('are those that a reader sees, of documents and of texts in any charset', async () => {
    assert.equal((await run(['text', idOf('page.html')])).stdout.trim(), 'Seen by readers \u6587\u5b57');
    assert.equal((await run(['text', idOf('latin.txt')])).stdout, 'caf\u00e9 au lait\n');
  });

  it('come over HTTP, too', async () => {
    const answer = await overHttp(idOf('page.html'));
    assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal((await answer.text()).trim(), 'Seen by readers \u6587\u5b57');
    const head = await fetch(`${system.base}/api/v1/files/${idOf('page.html')}/text`, { method: 'HEAD' });
    assert.equal(head.status, 200);
  });

  it('are cut where they become too long, and the result says how much is kept', async () => {
    const { stdout } = await run(['text', idOf('large.txt')]);
    assert.equal(stdout, 'many words '.repeat(3_000_000).slice(0, 16 * 2 ** 20));
    assert.equal(files.get('large.txt')?.result?.findings?.text?.kept_characters, 16 * 2 ** 20);
    assert.equal(files.get('large.txt')?.result?.word_count, 6_000_000);
  });

  it('are refused kindly when there are none', async () => {
    for (const name of ['before.html', 'binary.dat']) {
      const { code, stderr } = await run(['text', idOf(name)]);
      assert.notEqual(code, 0);
      assert.match(stderr, /text of this file is not kept.*FILEMILL_KEEP_TEXT=1/s);
      const answer = await overHttp(idOf(name));
      assert.deepEqual([answer.status, ((await answer.json()) as { reason: string }).reason], [404, 'TEXT_NOT_KEPT']);
    }
    assert.equal((await overHttp('no-id')).status, 404);
  });

  it('are gone with their file: at once for readers, and soon from the volume', async () => {
    const id = idOf('latin.txt');
    await run(['delete', id, '--yes']);
    await eventually('the text is not found', async () => (await overHttp(id)).status === 404);
    const texts = new LocalTextStore(system.storageDir);
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (const each of [id, idOf('page.html')])
      await utimes(join(system.storageDir, 'texts', each.slice(-2), each), hourAgo, hourAgo);
    using channel = new RpcChannel(system.target('metadata'));
    const registered = channel.client(MetadataService);
    await using _ = startTextSweeper({ registered, texts, logger: pino({ level: 'silent' }) });
    await eventually('the text is swept', async () => (await texts.open(id)) === undefined);
    assert.equal((await run(['text', idOf('page.html')])).code, 0);
  });
});

it('a worker that may not write to the volume does not start', async () => {
  await using system = await startCluster({ services: ['metadata', 'result', 'upload'] });
  await rmdir(join(system.storageDir, 'texts'));
  await writeFile(join(system.storageDir, 'texts'), 'in the way');
  await assert.rejects(system.start('worker', { FILEMILL_KEEP_TEXT: '1' }), /FILEMILL_KEEP_TEXT/);
});
