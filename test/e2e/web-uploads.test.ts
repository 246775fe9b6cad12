import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { FileJson } from '#contract/schemas.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { filesBelow } from '../support/upload-stack.ts';

interface Receipt {
  readonly id: string;
  readonly size: number;
  readonly sha256: string;
  readonly duplicate: boolean;
}
interface Problem {
  readonly reason: string;
}
type Upload = Receipt & { readonly filename: string; readonly problem?: Problem };

const maxFileSize = 64 * 1024 * 1024;
/** Too large to be kept in memory by the upload service: it is staged in a file. */
const large = randomBytes(1024 * 1024);

describe('uploads over HTTP', () => {
  let stack: Cluster;
  before(async () => {
    stack = await startCluster({ services: httpServices, settings: { FILEMILL_MAX_FILE_SIZE: String(maxFileSize) } });
  });
  after(() => stack[Symbol.asyncDispose]());

  const put = async (
    name: string,
    body: NonNullable<RequestInit['body']> | null,
    headers: Record<string, string> = {},
  ) => {
    const init = { method: 'PUT', body, headers, duplex: 'half' as const };
    const response = await fetch(`${stack.base}/files/${encodeURIComponent(name)}`, init);
    return { response, answer: (await response.json()) as Receipt & Problem };
  };
  const post = async (form: FormData, headers: Record<string, string> = {}) => {
    const response = await fetch(`${stack.base}/api/v1/files`, { method: 'POST', body: form, headers });
    return { response, answer: (await response.json()) as { files: Upload[] } & Problem };
  };
  const fileOf = async (id: string) => (await (await fetch(`${stack.base}/api/v1/files/${id}`)).json()) as FileJson;
  const names = async () => {
    const { files } = (await (await fetch(`${stack.base}/api/v1/files?page_size=1000`)).json()) as {
      files: FileJson[];
    };
    return files.map(({ filename }) => filename);
  };
  const staged = async () => (await filesBelow(stack.storageDir)).filter((path) => path.startsWith('staging/'));
  /** A request whose body the test writes by itself. */
  const open = (method: string, path: string, headers: Record<string, string | number>) => {
    const sending = request(`${stack.base}${path}`, { method, headers });
    sending.on('error', () => undefined);
    return sending;
  };

  it('keeps what PUT brings, under the name at the end of the address', async () => {
    const { response, answer } = await put('שלום עולם.txt', 'שלום', { 'content-type': 'Text/Plain; charset=utf-8' });
    assert.equal(response.status, 201);
    const location = new URL(response.headers.get('location') ?? '', response.url);
    assert.equal(location.href, `${stack.base}/api/v1/files/${answer.id}`);
    const sha256 = createHash('sha256').update('שלום').digest('hex');
    assert.deepEqual(answer, { id: answer.id, size: 8, sha256, duplicate: false });
    const file = await fileOf(answer.id);
    assert.deepEqual([file.filename, file.size, file.mime_type], ['שלום עולם.txt', 8, 'text/plain']);
  });

  it('keeps the path that the address tells', async () => {
    const response = await fetch(`${stack.base}/files/b.txt?path=a%2Fb.txt`, { method: 'PUT', body: 'x' });
    const { filename, path } = await fileOf(((await response.json()) as Receipt).id);
    assert.deepEqual([filename, path], ['b.txt', 'a/b.txt']);
  });

  it('keeps a file of nothing, and one whose length nobody tells', async () => {
    assert.equal((await put('empty', null)).answer.size, 0);
    const { response, answer } = await put('piped', new Blob([large]).stream());
    assert.equal(response.status, 201);
    assert.equal(answer.size, large.length);
    const objects = (await filesBelow(stack.storageDir)).filter((path) => path.includes(answer.id));
    assert.equal(objects.length, 1, 'it has an object of its own');
  });

  it('takes types that say nothing for no declaration', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'application/octet-stream']) {
      const { answer } = await put('a.bin', 'x', { 'content-type': type });
      assert.equal((await fileOf(answer.id)).mime_type, '');
    }
  });

  it('checks a declared SHA-256', async () => {
    const digest = createHash('sha256').update(large);
    const header = `sha-256=:${digest.copy().digest('base64')}:`;
    const { answer } = await put('checked', large, { 'repr-digest': header });
    assert.equal(answer.sha256, digest.digest('hex'));
    const refused = await put('damaged', Buffer.concat([large, Buffer.from('x')]), { 'repr-digest': header });
    assert.deepEqual([refused.response.status, refused.answer.reason], [422, 'CHECKSUM_MISMATCH']);
    assert.ok(!(await names()).includes('damaged'));
    assert.deepEqual(await staged(), []);
  });

  it('answers the same file to the same idempotency key', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const first = await put('once', 'abc', headers);
    const again = await put('once', 'abc', headers);
    assert.deepEqual([first.response.status, again.response.status], [201, 200]);
    assert.deepEqual(again.answer, { ...first.answer, duplicate: true });
    const other = await put('other', 'abc', headers);
    assert.deepEqual([other.response.status, other.answer.reason], [409, 'IDEMPOTENCY_KEY_REUSED']);
  });

  const refused: readonly [what: string, name: string, headers: Record<string, string>, reason: string][] = [
    ['a name with a path in it', 'a/b', {}, 'NAME_INVALID'],
    ['a name that is too long', 'x'.repeat(256), {}, 'NAME_INVALID'],
    ['compressed bytes that stand for others', 'a', { 'content-encoding': 'gzip' }, 'REQUEST_INVALID'],
    ['a part of a file', 'a', { 'content-range': 'bytes 0-2/10' }, 'REQUEST_INVALID'],
    ['a digest that is none', 'a', { 'repr-digest': 'sha-256=:abc:' }, 'REQUEST_INVALID'],
  ];
  for (const [what, name, headers, reason] of refused)
    it(`refuses ${what}`, async () => {
      const before = await names();
      const { response, answer } = await put(name, 'abc', headers);
      assert.deepEqual([response.status, answer.reason], [400, reason]);
      assert.deepEqual(await names(), before);
    });

  it('says that a file is too large while it still comes', async () => {
    const sending = open('PUT', '/files/too-large', {});
    const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
    let sent = 0;
    while (!(await Promise.race([answered.then(() => true), room(sending, large).then(() => false)])))
      sent += large.length;
    const [response] = await answered;
    assert.equal(response.statusCode, 413);
    assert.ok(sent < 2 * maxFileSize, `${sent} bytes were taken before the answer`);
    sending.destroy();
    await eventually('nothing is staged any more', async () => (await staged()).length === 0);
  });

  for (const [kind, headers] of [
    ['of a known length', { 'content-length': 2 * large.length }],
    ['of an unknown length', {}],
  ] as const)
    it(`leaves nothing behind of a body ${kind} that breaks off`, async () => {
      const sending = open('PUT', '/files/broken', headers);
      sending.write(large);
      await eventually('1 upload is staged', async () => (await staged()).length === 1);
      sending.destroy();
      await eventually('nothing is staged any more', async () => (await staged()).length === 0);
      assert.ok(!(await names()).includes('broken'));
    });

  it('takes no body that broke off for a whole one, at whatever moment it did', { timeout: 60_000 }, async () => {
    for (let n = 0; n < 120; n++) {
      const sending = open('PUT', `/files/cut-${n}`, {});
      sending.write(large);
      await delay(5 + Math.random() * 40);
      sending.destroy();
      await delay(10);
    }
    await eventually('nothing is staged any more', async () => (await staged()).length === 0);
    await delay(500);
    assert.deepEqual(
      (await names()).filter((name) => name.startsWith('cut-')),
      [],
    );
  });

  it('reads no faster than the upload service takes', async () => {
    const { child } = stack.service('upload');
    const total = maxFileSize;
    const sending = open('PUT', '/files/slow', { 'content-length': total });
    const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
    sending.write(large);
    await eventually('1 upload is staged', async () => (await staged()).length === 1);
    child.kill('SIGSTOP');
    let sent = large.length;
    try {
      // What fills is the memory of the sockets and of two processes; then nothing moves any more.
      while (sent < total && (await Promise.race([room(sending, large).then(() => true), delay(1_500, false)])))
        sent += large.length;
      assert.ok(sent < total / 2, `${sent} bytes were taken by nobody`);
    } finally {
      child.kill('SIGCONT');
    }
    // The piece that found no room is on its way.
    for (sent += large.length; sent < total; sent += large.length) await room(sending, large);
    sending.end();
    const [response] = await answered;
    assert.equal(response.statusCode, 201);
    response.resume();
  });

  it('keeps the files of a form', async () => {
    const form = new FormData();
    form.append('comment', 'not a file');
    form.append('file', new File(['eins'], 'אחת.txt', { type: 'text/plain' }));
    form.append('file', new File([large], 'two.bin'));
    form.append('another', new File([], 'empty'));
    const headers = { 'idempotency-key': randomUUID() };
    const { response, answer } = await post(form, headers);
    assert.equal(response.status, 201);
    assert.deepEqual(
      answer.files.map(({ filename, size }) => [filename, size]),
      [
        ['אחת.txt', 4],
        ['two.bin', large.length],
        ['empty', 0],
      ],
    );
    assert.equal((await fileOf(answer.files[0]?.id ?? '')).mime_type, 'text/plain');
    const again = await post(form, headers);
    assert.deepEqual(
      again.answer.files,
      answer.files.map((file) => ({ ...file, duplicate: true })),
    );
  });

  it('identifies a file of a form by the key before it, among other files and alone', async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    const formOf = (...files: readonly (readonly [key: string | undefined, name: string])[]) => {
      const form = new FormData();
      for (const [key, name] of files) {
        if (key !== undefined) form.append('Idempotency-Key', key);
        form.append('file', new File([`content of ${name}`], name));
      }
      return form;
    };
    const first = await post(formOf([one, 'keyed-1'], [two, 'keyed-2'], [undefined, 'keyed-3']));
    const [keyed1, keyed2, keyed3] = first.answer.files.map(({ id }) => id);
    const again = await post(formOf([undefined, 'keyed-3'], [two, 'keyed-2'], ['x'.repeat(256), 'keyed-4']));
    const [other3, again2, refused] = again.answer.files;
    assert.notEqual(other3?.id, keyed3);
    assert.deepEqual([again2?.id, again2?.duplicate], [keyed2, true]);
    assert.equal(refused?.problem?.reason, 'REQUEST_INVALID');
    const alone = await put('keyed-1', 'content of keyed-1', { 'idempotency-key': one });
    assert.deepEqual([alone.answer.id, alone.answer.duplicate], [keyed1, true]);
    assert.equal((await names()).filter((name) => name.startsWith('keyed-')).length, 4);
  });

  it('keeps the good files of a form beside a bad one', { timeout: 60_000 }, async () => {
    const form = new FormData();
    form.append('file', new File([Buffer.alloc(8 * large.length)], '..'));
    form.append('file', new File(['good'], 'folder/good'));
    const { response, answer } = await post(form);
    assert.equal(response.status, 207);
    const [bad, good] = answer.files;
    assert.deepEqual([bad?.filename, bad?.problem?.reason], ['..', 'NAME_INVALID']);
    const file = await fileOf(good?.id ?? '');
    assert.deepEqual([good?.filename, file.filename, file.path], ['folder/good', 'good', 'folder/good']);
  });

  it('refuses a form without a file, and what is no form', async () => {
    const form = new FormData();
    form.append('comment', 'not a file');
    const { response, answer } = await post(form);
    assert.deepEqual([response.status, answer.reason], [400, 'REQUEST_INVALID']);
    const json = await fetch(`${stack.base}/api/v1/files`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(json.status, 400);
  });

  it('leaves nothing behind of the part at which a form breaks off', async () => {
    const sending = open('POST', '/api/v1/files', { 'content-type': 'multipart/form-data; boundary=b' });
    const part = (name: string) => `--b\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\n`;
    sending.write(`${part('before-the-break')}whole\r\n${part('at-the-break')}`);
    sending.write(large);
    await eventually('1 upload is staged', async () => (await staged()).length === 1);
    sending.destroy();
    await eventually('nothing is staged any more', async () => (await staged()).length === 0);
    await eventually('the part before is kept', async () => (await names()).includes('before-the-break'));
    assert.ok(!(await names()).includes('at-the-break'));
  });

  it('refuses a form that ends in the midst of a part', async () => {
    const sending = open('POST', '/api/v1/files', { 'content-type': 'multipart/form-data; boundary=b' });
    sending.end('--b\r\nContent-Disposition: form-data; name="f"; filename="half"\r\n\r\nhal');
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 400);
    response.resume();
    assert.ok(!(await names()).includes('half'));
  });
});

/** Resolves when the piece was taken and there is room for another. */
async function room(sending: ClientRequest, piece: Uint8Array): Promise<void> {
  if (!sending.write(piece)) await once(sending, 'drain');
}
