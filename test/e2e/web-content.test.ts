import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { parse as dispositionOf } from 'content-disposition';
import fc from 'fast-check';
import { objectPath } from '#adapters/volume/objects/layout.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';

const page = '<script>alert(1)</script>';

describe('the content of a file over HTTP', () => {
  let system: Cluster;
  before(async () => {
    system = await startCluster({ services: httpServices });
  });
  after(() => system[Symbol.asyncDispose]());

  const upload = async (name: string, content: string | Buffer, headers: Record<string, string> = {}) => {
    const address = `${system.base}/files/${encodeURIComponent(name)}`;
    const answer = await fetch(address, { method: 'PUT', body: content, headers });
    return ((await answer.json()) as { id: string }).id;
  };
  const get = (id: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${system.base}/api/v1/files/${id}/content`, { method, headers });

  it('comes as an attachment that no browser renders, whatever the file says it is', async () => {
    const id = await upload('page.html', page, { 'content-type': 'text/html', ...digestOf(page) });
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await get(id, {}, method);
      assert.equal(status, 200);
      for (const [name, value] of Object.entries({
        'content-type': 'application/octet-stream',
        'content-disposition': 'attachment; filename=page.html',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'content-length': `${page.length}`,
        'accept-ranges': 'bytes',
        etag: `"${sha256(page)}"`,
        ...digestOf(page),
      }))
        assert.equal(headers.get(name), value, `${name} of ${method}`);
    }
    assert.equal(await (await get(id)).text(), page);
    assert.equal(await (await get(id, {}, 'HEAD')).text(), '');
  });

  it('keeps any name that a file may have', async () => {
    for (const name of ['\u6587\u5b57.txt', 'a";x=y.txt', '50%41.txt', '-rf', "it's.txt", '\u{1f600}', 'caf\u00e9'])
      assert.deepEqual(
        { ...dispositionOf((await get(await upload(name, name))).headers.get('content-disposition') ?? '').parameters },
        { filename: name },
      );
  });

  it('may be empty', async () => {
    const answer = await get(await upload('empty', ''), { range: 'bytes=0-' });
    assert.deepEqual([answer.status, answer.headers.get('content-length'), await answer.text()], [200, '0', '']);
  });

  it('comes in ranges that add up to the file', async () => {
    for (const size of [10, 200_000]) {
      const content = randomBytes(size);
      const id = await upload('ranges', content);
      const etag = (await get(id, {}, 'HEAD')).headers.get('etag') ?? '';
      await fc.assert(
        fc.asyncProperty(fc.nat(size - 1), fc.nat(size - 1), async (one, other) => {
          const [first, last] = [Math.min(one, other), Math.max(one, other)];
          const answer = await get(id, { range: `bytes=${first}-${last}`, 'if-range': etag });
          assert.equal(answer.status, 206);
          assert.equal(answer.headers.get('content-range'), `bytes ${first}-${last}/${size}`);
          assert.deepEqual(Buffer.from(await answer.arrayBuffer()), content.subarray(first, last + 1));
        }),
        { numRuns: 30 },
      );
    }
  });

  it('heeds conditions in the order of RFC 9110', async () => {
    const id = await upload('conditions', page, digestOf(page));
    const tag = `"${sha256(page)}"`;
    const range = 'bytes=0-2';
    for (const [headers, status] of [
      [{ 'if-match': tag }, 200],
      [{ 'if-match': `"${id}"` }, 200],
      [{ 'if-match': `W/${tag}` }, 412],
      [{ 'if-match': '"other"', 'if-none-match': tag, range }, 412],
      [{ 'if-none-match': `W/${tag}`, range }, 304],
      [{ 'if-none-match': '"other"' }, 200],
      [{ 'if-range': '"other"', range }, 200],
      [{ 'if-range': new Date().toUTCString(), range }, 200],
      [{ 'if-range': tag, range }, 206],
      [{ range: 'bytes=25-' }, 416],
      [{ range: 'bytes=0-1,3-4' }, 200],
    ] as const) {
      const answer = await get(id, headers);
      assert.equal(answer.status, status, JSON.stringify(headers));
      const told = { 206: `bytes 0-2/${page.length}`, 416: `bytes */${page.length}` }[answer.status as number] ?? null;
      assert.equal(answer.headers.get('content-range'), told);
      await answer.body?.cancel();
    }
  });

  it('breaks off, and never looks whole, when the stored bytes are damaged', async () => {
    const content = randomBytes(4_000_000);
    const id = await upload('damaged', content, digestOf(content));
    const small = await upload('small', content.subarray(0, 70_000), digestOf(content.subarray(0, 70_000)));
    for (const damaged of [id, small]) {
      const [row] = await system.query<{ storage_key: string }>('select storage_key from files where id = $1', [
        damaged,
      ]);
      await using file = await open(objectPath(system.storageDir, row?.storage_key ?? ''), 'r+');
      await file.write('x', 60_000);
      await file.write('y', 60_001);
    }
    const answer = await get(id);
    assert.equal(answer.status, 200);
    await assert.rejects(answer.arrayBuffer());
    await assert.rejects((await get(small)).arrayBuffer());
  });

  it('is a problem when the bytes are missing', async () => {
    const id = await upload('missing', Buffer.alloc(100_000));
    await system.query("update files set storage_key = '019aaf00-0000-7000-8000-000000000000' where id = $1", [id]);
    const answer = await get(id, { range: 'bytes=0-1' });
    assert.deepEqual([answer.status, ((await answer.json()) as { reason: string }).reason], [500, 'BLOB_MISSING']);
    for (const name of ['content-disposition', 'etag', 'content-range']) assert.equal(answer.headers.get(name), null);
  });
});

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function digestOf(content: string | Buffer) {
  return { 'repr-digest': `sha-256=:${Buffer.from(sha256(content), 'hex').toString('base64')}:` };
}
