import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Filemill, FilemillError } from '@filemill/client';

/** `npm run test:clients` starts a system, and says by variables where. */
const {
  FILEMILL_TEST_CUTTING_URL: cuttingUrl = '',
  FILEMILL_TEST_TLS_URL: tlsUrl = '',
  FILEMILL_TEST_CA: caFile = '',
} = process.env;

const filemill = new Filemill();
const big = randomBytes(5 * 2 ** 20 + 1);
const inPieces = { pieceBytes: 2 ** 20 };
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const collect = async <Item>(items: AsyncIterable<Item>) => await Array.fromAsync(items);
const fails = async (call: Promise<unknown>, code: string) =>
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof FilemillError);
    assert.equal(error.code, code);
    assert.notEqual(error.message, '');
    assert.notEqual(error.advice, '');
    return true;
  });

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}

describe('an upload', () => {
  const text = Buffer.from('three small words');
  const contents = {
    bytes: () => new Uint8Array(text),
    'a Blob': () => new Blob([text]),
    'a web stream': () => new Blob([text]).stream(),
    'an async iterable': () => inChunks(text, 5),
    'nothing at all': () => new Uint8Array(),
  };
  for (const [what, content] of Object.entries(contents))
    it(`keeps ${what}`, async () => {
      const { id, size } = await filemill.upload(content(), { name: 'a.txt', path: 'notes/a.txt' });
      const file = await filemill.wait(id);
      assert.deepEqual([file.status, file.filename, file.path], ['COMPLETED', 'a.txt', 'notes/a.txt']);
      assert.equal(file.size, size);
      assert.equal(file.sha256, sha256Of(what === 'nothing at all' ? Buffer.alloc(0) : text));
    });

  it('has the name of the path, whatever it is', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'filemill-'));
    const path = join(folder.path, 'שלום & 100 %.txt');
    await writeFile(path, text);
    const { id } = await filemill.upload(path);
    assert.equal((await filemill.get(id)).filename, 'שלום & 100 %.txt');
  });

  const large = {
    'a stream, which cannot be read twice': () => inChunks(big, 100_000),
    'a path': async (folder: string) => {
      await writeFile(join(folder, 'big'), big);
      return join(folder, 'big');
    },
    'a stream of Node': async (folder: string) => {
      await writeFile(join(folder, 'big'), big);
      return createReadStream(join(folder, 'big'));
    },
  };
  for (const [what, content] of Object.entries(large))
    it(`goes on after the connection broke, with ${what}`, async () => {
      await using folder = await mkdtempDisposable(join(tmpdir(), 'filemill-'));
      const name = `${randomUUID()}.bin`;
      const told: number[] = [];
      const { id, size } = await new Filemill({ url: cuttingUrl }).upload(await content(folder.path), {
        ...inPieces,
        name,
        onProgress: (bytes) => told.push(bytes),
      });
      assert.equal(size, big.length);
      assert.deepEqual(
        told,
        told.toSorted((one, other) => one - other),
      );
      assert.equal((await filemill.wait(id)).sha256, sha256Of(big));
      assert.equal((await collect(filemill.files({ name }))).length, 1);
    });

  for (const [what, content] of Object.entries({ small: text, large: big }))
    it(`with the same key is the same file, ${what}`, async () => {
      const options = { ...inPieces, name: 'once.bin', idempotencyKey: randomUUID() };
      const first = await filemill.upload(content, options);
      assert.deepEqual(await filemill.upload(content, options), first);
      await fails(filemill.upload(content, { ...options, name: 'other.bin' }), 'IDEMPOTENCY_KEY_REUSED');
    });

  it('without a key is a file of its own', async () => {
    const [one, other] = [await filemill.upload(text), await filemill.upload(text)];
    assert.notEqual(one.id, other.id);
  });

  it('ends when it is aborted', async () => {
    const reason = new Error('no longer wanted');
    await assert.rejects(filemill.upload(big, { signal: AbortSignal.abort(reason) }), reason);
  });

  it('refuses what it cannot read or name', async () => {
    await fails(filemill.upload('/nonexistent/file'), 'CONTENT_UNREADABLE');
    for (const name of ['', '..', 'a\nb', 'x'.repeat(256)])
      await fails(filemill.upload(text, { name }), 'NAME_INVALID');
  });
});

describe('a file', () => {
  it('tells its result', async () => {
    const { id } = await filemill.upload(Buffer.from('one two three\n'), { name: 'words.txt' });
    await filemill.wait(id);
    const { output } = await filemill.result(id);
    assert.deepEqual([output.mime_type, output.word_count], ['text/plain', 3]);
  });

  it('is downloaded as it was, over a connection that breaks too', async () => {
    const { id } = await filemill.upload(big, { name: 'down.bin' });
    for (const url of [undefined, cuttingUrl]) {
      const client = url === undefined ? filemill : new Filemill({ url });
      assert.equal(sha256Of(Buffer.concat(await collect(client.download(id)))), sha256Of(big));
    }
  });

  it('is gone once it is deleted', async () => {
    const { id } = await filemill.upload(Buffer.from('x'));
    await filemill.delete(id);
    await fails(filemill.get(id), 'FILE_NOT_FOUND');
    await fails(filemill.delete(id), 'FILE_NOT_FOUND');
    assert.deepEqual(await filemill.deleteAll([id]), [{ id, outcome: 'NOT_FOUND' }]);
  });

  it('is not retried unless it FAILED', async () => {
    const { id } = await filemill.upload(Buffer.from('x'));
    await filemill.wait(id);
    await fails(filemill.retry(id), 'NOT_FAILED');
    assert.deepEqual(await filemill.retryAll([id]), [{ id, outcome: 'NOT_FAILED' }]);
  });

  it('is waited for so long and no longer', async () => {
    // A worker may end one before it is asked about, but not each of them.
    const waitForSome = async () => {
      for (let n = 0; n < 20; n++) await filemill.wait((await filemill.upload(big)).id, { timeoutMs: 0 });
    };
    await fails(waitForSome(), 'TIMED_OUT');
  });
});

describe('listings', () => {
  it('go over pages', async () => {
    const name = `page-${randomUUID()}`;
    const ids = await Promise.all(
      Array.from(
        { length: 5 },
        async (_, n) => (await filemill.upload(Buffer.from(`${n}`), { name: `${name}-${n}.txt` })).id,
      ),
    );
    const found = await collect(filemill.files({ name, page_size: 2 }));
    assert.deepEqual(found.map(({ id }) => id).toSorted(), ids.toSorted());
    for (const id of ids) await filemill.wait(id);
    const seen = new Set<string>();
    for await (const { file_id: id } of filemill.results({ mime_type: 'text/plain', page_size: 2 })) {
      seen.add(id);
      if (ids.every((each) => seen.has(each))) break;
    }
    assert.ok(ids.every((id) => seen.has(id)));
  });

  it('refuse what they do not know', async () => {
    await fails(collect(filemill.files({ status: ['SLEEPING'] })), 'REQUEST_INVALID');
  });
});

describe('a caller', () => {
  it('needs a token', async () => {
    await fails(new Filemill({ token: 'wrong' }).get(randomUUID()), 'UNAUTHENTICATED');
  });

  it('may fetch its token each time', async () => {
    const { FILEMILL_TOKEN: token = '' } = process.env;
    const { id } = await new Filemill({ token: async () => token }).upload(Buffer.from('x'));
    assert.equal((await filemill.get(id)).id, id);
  });

  it('trusts the CA that it is given, and no server without one', async () => {
    const { id } = await new Filemill({ url: tlsUrl, caFile }).upload(big, { ...inPieces, name: 'by-tls.bin' });
    assert.equal((await filemill.wait(id)).sha256, sha256Of(big));
    await fails(new Filemill({ url: tlsUrl, retries: 0 }).get(id), 'UNREACHABLE');
  });
});
