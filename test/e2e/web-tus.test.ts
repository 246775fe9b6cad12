import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { FileJson } from '#contract/schemas.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { RpcChannel, type RpcClient } from '#platform/rpc/client.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { metadata, statusOf, TusRequests } from '../support/tus-requests.ts';

const maxFileSize = 16 * 1024 * 1024;
const large = randomBytes(1024 * 1024);
const unknownId = '019aaf00-0000-7000-8000-000000000000';

describe('tus over HTTP, by the text of the protocol', () => {
  let stack: Cluster;
  let tus: TusRequests;
  let channel: RpcChannel;
  let uploads: RpcClient<typeof UploadService>;
  before(async () => {
    stack = await startCluster({ services: httpServices, settings: { FILEMILL_MAX_FILE_SIZE: String(maxFileSize) } });
    tus = new TusRequests(stack.base);
    channel = new RpcChannel(stack.env.FILEMILL_UPLOAD_TARGET ?? '');
    uploads = channel.client(UploadService);
  });
  after(async () => {
    channel[Symbol.dispose]();
    await stack[Symbol.asyncDispose]();
  });

  const filesNamed = async (name: string) => {
    const response = await fetch(`${stack.base}/api/v1/files?name=${encodeURIComponent(name)}`);
    return ((await response.json()) as { files: FileJson[] }).files;
  };
  /** Looks without disturbing an append that is under way. */
  const peek = async (url: string) => {
    const { upload } = await uploads.getUpload({ id: url.split('/').at(-1) ?? '' });
    return Number(upload?.offset);
  };
  const offsetOf = async (url: string) => Number((await tus.head(url)).headers.get('upload-offset'));
  const reasonOf = async (response: Response) => ((await response.json()) as { reason: string }).reason;

  it('says what it serves to who asks, without a version', async () => {
    const { status, headers } = await fetch(`${stack.base}/uploads`, { method: 'OPTIONS' });
    assert.equal(status, 204);
    assert.equal(headers.get('tus-version'), '1.0.0');
    assert.equal(headers.get('tus-max-size'), String(maxFileSize));
    assert.equal(
      headers.get('tus-extension'),
      'creation,creation-with-upload,creation-defer-length,checksum,expiration,termination',
    );
    assert.equal(headers.get('tus-checksum-algorithm'), 'sha1,sha256');
  });

  it('takes a file in parts, and keeps it with the last', async () => {
    const description = { filename: 'אחת.bin', filetype: 'image/png', relativePath: 'folder/אחת.bin', colour: 'red' };
    const created = await tus.create(6, { 'upload-metadata': metadata(description) });
    assert.equal(created.status, 201);
    assert.equal(created.headers.get('tus-resumable'), '1.0.0');
    assert.ok(Date.parse(created.headers.get('upload-expires') ?? '') > Date.now());
    const url = new URL(created.headers.get('location') ?? '', `${stack.base}/uploads`).href;

    const first = await tus.patch(url, 0, 'abc');
    assert.deepEqual([first.status, first.headers.get('upload-offset')], [204, '3']);
    assert.equal(first.headers.get('tus-resumable'), '1.0.0');
    assert.ok(Date.parse(first.headers.get('upload-expires') ?? '') > Date.now());
    assert.equal(first.headers.get('filemill-file-id'), null);
    const half = await tus.head(url);
    assert.deepEqual([half.headers.get('upload-offset'), half.headers.get('upload-length')], ['3', '6']);
    assert.equal(half.headers.get('cache-control'), 'no-store');
    assert.equal(half.headers.get('upload-metadata'), metadata(description));
    assert.deepEqual(await filesNamed('אחת.bin'), []);

    const last = await tus.patch(url, 3, 'def');
    assert.deepEqual([last.status, last.headers.get('upload-offset')], [204, '6']);
    const [file] = await filesNamed('אחת.bin');
    assert.equal(last.headers.get('filemill-file-id'), file?.id);
    assert.deepEqual([file?.path, file?.size, file?.mime_type], ['folder/אחת.bin', 6, 'image/png']);
    const whole = await tus.head(url);
    assert.deepEqual([whole.headers.get('upload-offset'), whole.headers.get('filemill-file-id')], ['6', file?.id]);
  });

  for (const endpoint of ['/uploads', '/uploads/'])
    for (const slash of ['', '/'])
      it(`is spoken at ${endpoint} and /uploads/ID${slash}`, async () => {
        const here = `${stack.base}${endpoint}`;
        assert.equal((await fetch(here, { method: 'OPTIONS' })).headers.get('tus-version'), '1.0.0');
        const headers = { 'tus-resumable': '1.0.0', 'upload-length': '6', 'upload-metadata': 'filename YQ==' };
        const created = await fetch(here, { method: 'POST', headers });
        assert.equal(created.status, 201);
        const location = new URL(created.headers.get('location') ?? '', here).href;
        assert.match(location, new RegExp(`^${stack.base}/uploads/[0-9a-f-]{36}$`));
        const url = `${location}${slash}`;
        assert.equal((await tus.patch(url, 0, 'abc')).status, 204);
        assert.equal(await offsetOf(url), 3);
        const last = await tus.patch(url, 3, 'def');
        assert.match(last.headers.get('filemill-file-id') ?? '', /^[0-9a-f-]{36}$/);
        assert.equal((await tus.delete(url)).status, 204);
        assert.equal((await tus.head(location)).status, 404);
      });

  it('finishes once, however often it is asked', async () => {
    const url = await tus.begin('twice', 3);
    const answers = [await tus.patch(url, 0, 'abc'), await tus.patch(url, 3, ''), await tus.patch(url, 3, '')];
    const ids = answers.map(({ headers }) => headers.get('filemill-file-id'));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [204, 204, 204],
    );
    assert.equal(new Set(ids).size, 1);
    assert.equal((await filesNamed('twice')).length, 1);
  });

  it('has a file of nothing as soon as it is begun', async () => {
    const { status, headers } = await tus.create(0, { 'upload-metadata': metadata({ filename: 'nothing' }) });
    assert.deepEqual([status, headers.get('upload-offset')], [201, '0']);
    assert.equal((await filesNamed('nothing'))[0]?.id, headers.get('filemill-file-id'));
  });

  it('takes the first bytes, or all, with the beginning', async () => {
    const named = { 'upload-metadata': metadata({ filename: 'at-once' }) };
    const part = await tus.create(6, named, Buffer.from('abc'));
    assert.deepEqual([part.status, part.headers.get('upload-offset')], [201, '3']);
    assert.deepEqual(await filesNamed('at-once'), []);
    const whole = await tus.create(6, named, Buffer.from('abcdef'));
    assert.deepEqual([whole.status, whole.headers.get('upload-offset')], [201, '6']);
    assert.equal((await filesNamed('at-once'))[0]?.id, whole.headers.get('filemill-file-id'));
    const typed = await tus.create(6, { ...named, 'content-type': 'text/plain' }, Buffer.from('abc'));
    assert.equal(typed.status, 415);
  });

  it('is told the length later, once', async () => {
    const named = { 'upload-metadata': metadata({ filename: 'of any length' }) };
    const created = await tus.create(undefined, { 'upload-defer-length': '1', ...named });
    assert.equal(created.status, 201);
    const url = new URL(created.headers.get('location') ?? '', `${stack.base}/uploads`).href;
    assert.equal((await tus.patch(url, 0, 'abc')).status, 204);
    const unknown = await tus.head(url);
    assert.deepEqual(
      ['upload-offset', 'upload-length', 'upload-defer-length'].map((name) => unknown.headers.get(name)),
      ['3', null, '1'],
    );
    assert.equal((await tus.patch(url, 3, 'd', { 'upload-length': '6' })).status, 204);
    const known = await tus.head(url);
    assert.deepEqual([known.headers.get('upload-length'), known.headers.get('upload-defer-length')], ['6', null]);
    for (const length of ['5', '7', 'x', String(2 ** 60)])
      assert.equal((await tus.patch(url, 4, 'ef', { 'upload-length': length })).status, 400);
    const last = await tus.patch(url, 4, 'ef', { 'upload-length': '6' });
    assert.deepEqual([last.status, (await filesNamed('of any length'))[0]?.size], [204, 6]);
    assert.equal(last.headers.get('filemill-file-id'), (await filesNamed('of any length'))[0]?.id);
    assert.equal((await tus.head(url)).headers.get('upload-length'), '6');
  });

  it('has a name for a file that nobody named', async () => {
    const created = await tus.create(3, {}, Buffer.from('abc'));
    const id = created.headers.get('filemill-file-id');
    assert.deepEqual(
      (await filesNamed('unnamed')).map((file) => file.id),
      [id],
    );
  });

  it('takes no more of an unknown length than a file may have', async () => {
    const named = { 'upload-metadata': metadata({ filename: 'endless' }) };
    const created = await tus.create(undefined, { 'upload-defer-length': '1', ...named });
    const url = new URL(created.headers.get('location') ?? '', `${stack.base}/uploads`).href;
    assert.equal((await tus.patch(url, 0, '', { 'upload-length': String(maxFileSize + 1) })).status, 413);
    assert.equal((await tus.patch(url, 0, Buffer.alloc(maxFileSize))).status, 204);
    assert.equal((await tus.patch(url, maxFileSize, 'x')).status, 413);
  });

  it('refuses bytes at another place than the next', async () => {
    const url = await tus.begin('misplaced', 6);
    await tus.patch(url, 0, 'abc');
    for (const offset of [0, 2, 4]) {
      const response = await tus.patch(url, offset, 'abc');
      assert.deepEqual([response.status, await reasonOf(response)], [409, 'OFFSET_MISMATCH']);
    }
    assert.equal(await offsetOf(url), 3);
  });

  it('keeps bytes with a checksum all together or not at all', async () => {
    const url = await tus.begin('checked', 2 * large.length);
    const checksum = (algorithm: string, bytes: Uint8Array) => ({
      'upload-checksum': `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`,
    });
    for (const algorithm of ['sha1', 'sha256']) {
      const damaged = await tus.patch(url, 0, large, checksum(algorithm, Buffer.from('other')));
      assert.deepEqual([damaged.status, await reasonOf(damaged)], [460, 'APPEND_CHECKSUM_MISMATCH']);
      assert.equal(await offsetOf(url), 0);
    }
    assert.equal((await tus.patch(url, 0, large, checksum('sha1', large))).status, 204);
    const last = await tus.patch(url, large.length, large, checksum('sha256', large));
    assert.equal(last.headers.get('upload-offset'), String(2 * large.length));
    assert.equal((await filesNamed('checked')).length, 1);
  });

  it('keeps nothing of bytes with a checksum that break off', async () => {
    const url = await tus.begin('checked and broken', 2 * large.length);
    const sum = { 'upload-checksum': `sha1 ${createHash('sha1').update(large).digest('base64')}` };
    const sending = tus.open(url, 0, { ...sum, 'content-length': String(large.length) });
    sending.write(large.subarray(1));
    const stored = join(stack.storageDir, 'resumable', url.split('/').at(-1) ?? '');
    await eventually('the first bytes have come', async () => (await stat(stored)).size > 0);
    sending.destroy();
    assert.equal((await tus.patch(url, 0, large)).status, 204);
    assert.equal(await offsetOf(url), large.length);
  });

  it('compares the whole file with the SHA-256 that was declared', async () => {
    const sha256 = createHash('sha256').update('abcdef').digest('hex');
    const named = (filename: string) => ({ 'upload-metadata': metadata({ filename, sha256 }) });
    const good = await tus.begin('declared', 6, named('declared'));
    assert.equal((await tus.patch(good, 0, 'abcdef')).status, 204);
    const bad = await tus.begin('misdeclared', 6, named('misdeclared'));
    await tus.patch(bad, 0, 'abc');
    const refused = await tus.patch(bad, 3, 'deX');
    assert.deepEqual([refused.status, await reasonOf(refused)], [422, 'CHECKSUM_MISMATCH']);
    assert.deepEqual(await filesNamed('misdeclared'), []);
  });

  it('keeps what had arrived when the client goes away', async () => {
    const url = await tus.begin('broken', 3 * large.length);
    const sending = tus.open(url, 0, { 'content-length': String(3 * large.length) });
    sending.write(large);
    sending.write(large.subarray(0, 1_000));
    await eventually('the first bytes have come', async () => (await peek(url)) > 0);
    sending.destroy();
    await eventually(
      'the server has large.length + 1_000 bytes',
      async () => (await peek(url)) === large.length + 1_000,
    );
    const rest = Buffer.concat([large, large, large]).subarray(large.length + 1_000);
    const last = await tus.patch(url, large.length + 1_000, rest);
    assert.equal(last.status, 204);
    await stack.start('worker');
    await eventually('the file is COMPLETED', async () => (await filesNamed('broken'))[0]?.status === 'COMPLETED');
    const sha256 = createHash('sha256').update(large).update(large).update(large).digest('hex');
    assert.equal((await filesNamed('broken'))[0]?.sha256, sha256);
  });

  it('lets who comes later go on in the place of a connection that only seems to live', async () => {
    const url = await tus.begin('abandoned', 6);
    const abandoned = tus.open(url, 0, { 'content-length': '6' });
    const answered = statusOf(abandoned);
    abandoned.write('abc');
    await eventually('the server has 3 bytes', async () => (await peek(url)) === 3);
    const later = await tus.patch(url, 3, 'def');
    assert.equal(later.status, 204);
    assert.equal(await answered, 423);
    assert.equal((await filesNamed('abandoned')).length, 1);
  });

  it('answers a HEAD with an offset that moves no more', async () => {
    const url = await tus.begin('asked about', 6);
    const abandoned = tus.open(url, 0, { 'content-length': '6' });
    const answered = statusOf(abandoned);
    abandoned.write('abc');
    await eventually('the server has 3 bytes', async () => (await peek(url)) === 3);
    assert.equal(await offsetOf(url), 3);
    assert.equal(await answered, 423);
    abandoned.end('def');
    assert.equal((await tus.patch(url, 3, 'def')).status, 204);
  });

  it('makes one file of two uploads with one idempotency key', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const urls = [await tus.begin('keyed', 3, key), await tus.begin('keyed', 3, key)];
    const ids = await Promise.all(
      urls.map(async (url) => (await tus.patch(url, 0, 'abc')).headers.get('filemill-file-id')),
    );
    assert.ok(ids[0] !== null && ids[0] === ids[1]);
    assert.equal((await filesNamed('keyed')).length, 1);
  });

  it('ends what is not wanted, and knows it no more', async () => {
    const url = await tus.begin('unwanted', 6);
    await tus.patch(url, 0, 'abc');
    assert.equal((await tus.delete(url)).status, 204);
    for (const response of [await tus.head(url), await tus.patch(url, 3, 'def'), await tus.delete(url)])
      assert.equal(response.status, 404);
  });

  it('knows no upload that was never begun', async () => {
    for (const id of [unknownId, 'x', '..%2F..%2Fetc%2Fpasswd', 'a'.repeat(300)]) {
      const url = `${stack.base}/uploads/${id}`;
      assert.equal((await tus.head(url)).status, 404);
      const response = await tus.patch(url, 0, 'abc');
      assert.deepEqual([response.status, await reasonOf(response)], [404, 'UPLOAD_NOT_FOUND']);
      assert.equal((await tus.delete(url)).status, 404);
    }
  });

  it('does nothing in a version that it does not speak', async () => {
    const url = await tus.begin('versions', 3);
    for (const version of ['0.2.2', '2.0.0', '']) {
      const response = await tus.patch(url, 0, 'abc', { 'tus-resumable': version });
      assert.deepEqual([response.status, response.headers.get('tus-version')], [412, '1.0.0']);
    }
    assert.equal((await fetch(url, { method: 'HEAD' })).status, 412);
    assert.equal(await offsetOf(url), 0);
  });

  it('takes PATCH and DELETE from who can send POST alone', async () => {
    const url = await tus.begin('overridden', 3);
    const post = (method: string, headers: Record<string, string> = {}, body?: string) =>
      fetch(url, {
        method: 'POST',
        headers: { 'tus-resumable': '1.0.0', 'x-http-method-override': method, ...headers },
        ...(body !== undefined && { body }),
      });
    const typed = { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
    assert.equal((await post('PATCH', typed, 'abc')).status, 204);
    assert.equal((await filesNamed('overridden')).length, 1);
    assert.equal((await post('DELETE')).status, 204);
    assert.equal((await post('GET')).status, 400);
  });

  const refused: readonly [
    what: string,
    length: number | undefined,
    headers: Record<string, string>,
    status: number,
    reason?: string,
  ][] = [
    ['no length', undefined, {}, 400],
    ['a length that is none', undefined, { 'upload-length': '-1' }, 400],
    ['a length that is told, and to be told later', 3, { 'upload-defer-length': '1' }, 400],
    ['a length to be told in another way', undefined, { 'upload-defer-length': '2' }, 400],
    ['a part of several', 3, { 'upload-concat': 'partial' }, 400],
    ['more than a file may have', maxFileSize + 1, {}, 413],
    ['a name with a path in it', 3, { 'upload-metadata': metadata({ filename: 'a/b' }) }, 400],
    ['an empty name', 3, { 'upload-metadata': 'filename' }, 400, 'NAME_INVALID'],
    ['a name that is not UTF-8', 3, { 'upload-metadata': 'filename Y2Fm6Q==' }, 400, 'NAME_INVALID'],
    ['a path that is not UTF-8', 3, { 'upload-metadata': 'relativePath Y2Fm6Q==' }, 400, 'NAME_INVALID'],
    ['a path of Windows', 3, { 'upload-metadata': metadata({ filename: 'C:\\dir\\a.txt' }) }, 400, 'NAME_INVALID'],
    ['a value that is not Base64', 3, { 'upload-metadata': 'filename a.txt' }, 400],
    ['a value that is not text', 3, { 'upload-metadata': 'filename YQ==,colour /w==' }, 400],
    ['a key that comes twice', 3, { 'upload-metadata': 'filename YQ==,filename YQ==' }, 400],
    ['a SHA-256 that is none', 3, { 'upload-metadata': metadata({ filename: 'a', sha256: 'abc' }) }, 400],
    ['another site', 3, { origin: 'https://evil.example' }, 403],
  ];
  for (const [what, length, headers, status, reason] of refused)
    it(`begins nothing with ${what}`, async () => {
      const response = await tus.create(length, { 'upload-metadata': metadata({ filename: 'refused' }), ...headers });
      const given = await reasonOf(response);
      assert.deepEqual([response.status, given], [status, reason ?? given]);
    });

  it('appends nothing without a type, an offset, or room', async () => {
    const url = await tus.begin('unclear', 3);
    assert.equal((await tus.patch(url, 0, 'abc', { 'content-type': 'text/plain' })).status, 415);
    assert.equal((await tus.patch(url, undefined, 'abc')).status, 400);
    assert.equal((await tus.patch(url, 0, 'abc', { 'upload-checksum': 'md5 AAAA' })).status, 400);
    assert.equal((await tus.patch(url, 0, 'abc', { origin: 'https://evil.example' })).status, 403);
    const response = await tus.patch(url, 0, 'abcdef');
    assert.deepEqual([response.status, await reasonOf(response)], [400, 'SIZE_MISMATCH']);
    assert.deepEqual(await filesNamed('unclear'), []);
  });
});
