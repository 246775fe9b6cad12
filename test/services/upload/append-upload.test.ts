import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUIDv7 } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  AppendChecksum_Algorithm as Algorithm,
  type UploadMetadataSchema,
} from '#gen/filemill/v1/upload_service_pb.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import {
  type AppendMessage,
  append,
  begin,
  chunkOf,
  closingOf,
  get,
  offsetOf,
  startOf,
} from '../../support/resumable-uploads.ts';
import { filesBelow, queryRows, startUploadStack, type UploadStack } from '../../support/upload-stack.ts';

let backends: Cluster;
before(async () => {
  backends = await startCluster();
});
after(() => backends[Symbol.asyncDispose]());

const content = randomBytes(100_000);
const whole = sha256(content);

describe('An upload in several calls', () => {
  it('becomes a file with the call that brings the last byte', async () => {
    await using stack = await startUploadStack(backends);
    const { id } = await begin(stack, { path: 'a/b', mimeType: 'text/plain', sha256: whole });
    assert.equal((await append(stack, { id }, content.subarray(0, 60_000))).file, undefined);
    assert.deepEqual(await offsetOf(stack, id), 60_000n);
    const { file, offset } = await append(stack, { id, offset: 60_000n }, content.subarray(60_000));
    assert.equal(offset, 100_000n);
    assert.deepEqual([file?.sha256, file?.size, file?.duplicate], [whole, 100_000n, false]);
    const [row] = await rowsOf('files where id = $1', [file?.id]);
    assert.deepEqual(
      [row?.filename, row?.path, row?.mime_type, row?.declared_sha256],
      ['f', 'a/b', 'text/plain', whole],
    );
    assert.deepEqual(await objectsOf(stack), [[file?.id, whole]]);
    assert.deepEqual(await filesBelow(join(stack.root, 'resumable')), [`${id}.json`]);
  });

  it('answers with the same file when its answer was lost', async () => {
    await using stack = await startUploadStack(backends);
    const { id } = await begin(stack);
    const { file } = await append(stack, { id }, content);
    assert.deepEqual((await append(stack, { id, offset: 5n })).file, file);
    assert.deepEqual((await append(stack, { id, offset: 100_000n })).file, file);
    assert.deepEqual((await get(stack, id)).file, file);
  });

  it('goes on in another process on the same volume, which reads what it has not hashed', async () => {
    await using stack = await startUploadStack(backends);
    await using other = await startUploadStack(backends, { root: stack.root });
    const { id } = await begin(stack, { sha256AtClose: true });
    await append(stack, { id }, content.subarray(0, 10));
    await append(other, { id, offset: 10n }, content.subarray(10, 20));
    const { file } = await append(stack, { id, offset: 20n }, content.subarray(20), closingOf(whole));
    assert.equal(file?.sha256, whole);
  });

  it('waits for the closing that was announced', async () => {
    await using stack = await startUploadStack(backends);
    const { id } = await begin(stack, { sha256AtClose: true });
    assert.equal((await append(stack, { id }, content)).file, undefined);
    const { file } = await append(stack, { id, offset: 100_000n }, closingOf(whole));
    assert.equal(file?.sha256, whole);
  });

  it('of unknown size ends with its closing, in whatever call that comes', async () => {
    await using stack = await startUploadStack(backends);
    const { id, metadata } = await begin(stack, { size: undefined, sha256AtClose: true });
    assert.equal(metadata?.size, undefined);
    assert.equal((await append(stack, { id }, content.subarray(0, 60_000))).file, undefined);
    assert.equal((await append(stack, { id, offset: 60_000n }, content.subarray(60_000))).file, undefined);
    const { file } = await append(stack, { id, offset: 100_000n }, closingOf(whole));
    assert.deepEqual([file?.sha256, file?.size], [whole, 100_000n]);
    assert.deepEqual(await objectsOf(stack), [[file?.id, whole]]);
  });

  it('of unknown size may be empty, and no larger than files may be', async () => {
    await using stack = await startUploadStack(backends);
    const unknown = { size: undefined, sha256AtClose: true };
    const { id: empty } = await begin(stack, unknown);
    assert.equal((await append(stack, { id: empty }, closingOf(sha256(Buffer.alloc(0))))).file?.size, 0n);
    const { id } = await begin(stack, unknown);
    await append(stack, { id }, Buffer.alloc(600_000));
    await assert.rejects(append(stack, { id, offset: 600_000n }, Buffer.alloc(400_001)), { reason: 'FILE_TOO_LARGE' });
    assert.equal(await offsetOf(stack, id), 600_000n);
  });

  it('of a size that is told later ends with its last byte, whichever call tells the size', async () => {
    await using stack = await startUploadStack(backends);
    for (const tells of [0, 1, 2]) {
      const { id } = await begin(stack, { size: undefined }, { sizeLater: true });
      const size = (call: number) => (call === tells ? { size: 100_000n } : {});
      assert.equal((await append(stack, { id, ...size(0) }, content.subarray(0, 60_000))).file, undefined);
      const second = await append(stack, { id, offset: 60_000n, ...size(1) }, content.subarray(60_000));
      assert.equal(second.metadata?.size, tells === 2 ? undefined : 100_000n);
      const { file } = tells === 2 ? await append(stack, { id, offset: 100_000n, ...size(2) }) : second;
      assert.equal(file?.size, 100_000n);
    }
  });

  it('of a size that is told later may be empty, and is told once', async () => {
    await using stack = await startUploadStack(backends);
    const later = async () => (await begin(stack, { size: undefined }, { sizeLater: true })).id;
    assert.equal((await append(stack, { id: await later(), size: 0n })).file?.size, 0n);
    const id = await later();
    // Where the offset is wrong, nothing counts.
    await assert.rejects(append(stack, { id, offset: 1n, size: 5n }), { reason: 'OFFSET_MISMATCH' });
    await append(stack, { id }, content.subarray(0, 10));
    await assert.rejects(append(stack, { id, offset: 10n, size: 9n }), { reason: 'SIZE_MISMATCH' });
    await assert.rejects(append(stack, { id, offset: 10n, size: 1_000_001n }), { reason: 'FILE_TOO_LARGE' });
    await append(stack, { id, offset: 10n, size: 12n });
    await assert.rejects(append(stack, { id, offset: 10n, size: 11n }), { reason: 'SIZE_MISMATCH' });
    await assert.rejects(append(stack, { id, offset: 10n }, content.subarray(10, 13)), { reason: 'SIZE_MISMATCH' });
    assert.equal((await append(stack, { id, offset: 10n, size: 12n }, content.subarray(10, 12))).file?.size, 12n);
  });

  it('of unknown size is no file as long as its closing is that of other bytes', async () => {
    await using stack = await startUploadStack(backends);
    const { id } = await begin(stack, { size: undefined, sha256AtClose: true });
    await append(stack, { id }, content.subarray(0, 60_000));
    await assert.rejects(append(stack, { id, offset: 60_000n }, closingOf(whole)), { reason: 'CHECKSUM_MISMATCH' });
    assert.deepEqual(await objectsOf(stack), []);
  });

  it('may be empty', async () => {
    await using stack = await startUploadStack(backends);
    const { id } = await begin(stack, { size: 0n });
    assert.equal((await append(stack, { id })).file?.size, 0n);
  });

  it('keeps what came before its client broke off', async () => {
    await using stack = await startUploadStack(backends);
    const { id } = await begin(stack);
    const cancel = new AbortController();
    const broken = async function* () {
      yield startOf({ id });
      yield chunkOf(content.subarray(0, 1_000));
      await eventually('the bytes sent so far have come', async () => (await get(stack, id)).offset === 1_000n);
      cancel.abort();
      await new Promise(() => undefined);
    };
    await assert.rejects(stack.uploads.appendUpload(broken(), { signal: cancel.signal }));
    const { file } = await append(stack, { id, offset: 1_000n }, content.subarray(1_000));
    assert.deepEqual(await objectsOf(stack), [[file?.id, whole]]);
  });

  it('makes one file, whichever of two uploads with one idempotency key is finished first', async () => {
    await using stack = await startUploadStack(backends);
    const metadata = { filename: 'f', size: 100_000n, idempotencyKey: randomUUIDv7() };
    const one = await begin(stack, metadata);
    const { upload: other } = await stack.uploads.beginUpload({ metadata, beginAnew: true });
    const { file: first } = await append(stack, { id: one.id }, content);
    const { file: second } = await append(stack, { id: other?.id ?? '' }, content);
    assert.deepEqual([second?.id, second?.duplicate], [first?.id, true]);
    assert.equal((await objectsOf(stack)).length, 1);
  });

  it('makes one file when it is finished again after a crash before it said so', async () => {
    await using stack = await startUploadStack(backends);
    const { id } = await begin(stack);
    const note = join(stack.root, 'resumable', `${id}.json`);
    const noted = await readFile(note);
    const { file } = await append(stack, { id }, content);
    await writeFile(note, noted);
    await writeFile(join(stack.root, 'resumable', id), content);
    assert.deepEqual((await append(stack, { id, offset: 100_000n })).file, file);
    assert.deepEqual(await objectsOf(stack), [[file?.id, whole]]);
  });

  it('ends when it is cancelled; the file of a finished one stays', async () => {
    await using stack = await startUploadStack(backends);
    const [half, done] = [await begin(stack), await begin(stack)];
    await append(stack, { id: half.id }, 'some');
    await append(stack, { id: done.id }, content);
    for (const { id } of [half, done]) {
      await stack.uploads.cancelUpload({ id });
      await assert.rejects(get(stack, id), { reason: 'UPLOAD_NOT_FOUND' });
      await assert.rejects(append(stack, { id }), { reason: 'UPLOAD_NOT_FOUND' });
      await assert.rejects(stack.uploads.cancelUpload({ id }), { reason: 'UPLOAD_NOT_FOUND' });
    }
    assert.equal((await filesBelow(stack.root)).length, 1);
  });
});

describe('An append is refused, and the upload stays as it was,', () => {
  const refusals: Record<string, { reason: string; more?: object; messages: (string | Uint8Array | AppendMessage)[] }> =
    {
      'at an offset that is not the end': { reason: 'OFFSET_MISMATCH', more: { offset: 3n }, messages: ['x'] },
      'with more bytes than declared': { reason: 'SIZE_MISMATCH', messages: [Buffer.alloc(99_997)] },
      'with a closing before all bytes came': { reason: 'SIZE_MISMATCH', messages: [closingOf(whole)] },
      'with a closing that is none': { reason: 'REQUEST_INVALID', messages: [closingOf('x')] },
      'with a second start': { reason: 'METADATA_REPEATED', messages: [startOf({ id: 'x' })] },
      'with other bytes than its checksum': {
        reason: 'APPEND_CHECKSUM_MISMATCH',
        more: { checksum: { algorithm: Algorithm.SHA1, digest: Buffer.alloc(20) } },
        messages: ['other'],
      },
      'with a checksum of no known kind': {
        reason: 'REQUEST_INVALID',
        more: { checksum: { digest: Buffer.alloc(20) } },
        messages: ['x'],
      },
      'with a checksum that is too short': {
        reason: 'REQUEST_INVALID',
        more: { checksum: { algorithm: Algorithm.SHA256, digest: Buffer.alloc(20) } },
        messages: ['x'],
      },
    };
  for (const [how, { reason, more, messages }] of Object.entries(refusals))
    it(how, async () => {
      await using stack = await startUploadStack(backends);
      const { id } = await begin(stack);
      await append(stack, { id }, content.subarray(0, 4));
      await assert.rejects(append(stack, { id, offset: 4n, ...more }, ...messages), { reason });
      assert.equal(await offsetOf(stack, id), 4n);
      const { file } = await append(stack, { id, offset: 4n }, content.subarray(4));
      assert.deepEqual(await objectsOf(stack), [[file?.id, whole]]);
    });
});

describe('A later append', () => {
  for (const where of ['of this process', 'of another replica'])
    it(`takes the place of one ${where} whose client is gone and has not said so`, async () => {
      await using stack = await startUploadStack(backends);
      await using other = await startUploadStack(backends, { root: stack.root });
      const { id } = await begin(stack, { sha256: whole });
      const silent = async function* () {
        yield startOf({ id });
        yield chunkOf(content.subarray(0, 1_000));
        await new Promise(() => undefined);
      };
      const earlier = assert.rejects(stack.uploads.appendUpload(silent()), { reason: 'UPLOAD_LOCKED' });
      await eventually('the bytes sent so far have come', async () => (await offsetOf(stack, id)) === 1_000n);
      const later = where === 'of this process' ? stack : other;
      const { file } = await append(later, { id, offset: 1_000n }, content.subarray(1_000));
      assert.equal(file?.sha256, whole);
      await earlier;
    });

  it('at the wrong offset hears the right one once the earlier has given way', async () => {
    await using stack = await startUploadStack(backends);
    const { id } = await begin(stack);
    await append(stack, { id }, content.subarray(0, 10));
    await assert.rejects(append(stack, { id, offset: 3n }), { reason: 'OFFSET_MISMATCH', facts: { offset: '10' } });
  });
});

describe('An append with a checksum', () => {
  const checksum = (bytes: Uint8Array) => ({
    algorithm: Algorithm.SHA256,
    digest: createHash('sha256').update(bytes).digest(),
  });

  it('is kept when its bytes have it', async () => {
    await using stack = await startUploadStack(backends);
    const { id } = await begin(stack, { sha256: whole });
    const [first, second] = [content.subarray(0, 50), content.subarray(50)];
    await append(stack, { id, checksum: checksum(first) }, first);
    const { file } = await append(stack, { id, offset: 50n, checksum: checksum(second) }, second);
    assert.equal(file?.sha256, whole);
  });

  it('is not kept in part when its process dies, whoever goes on', async () => {
    await using stack = await startUploadStack(backends);
    const { id } = await begin(stack);
    await append(stack, { id }, content.subarray(0, 10));
    const note = join(stack.root, 'resumable', `${id}.json`);
    await writeFile(note, JSON.stringify({ ...JSON.parse(await readFile(note, 'utf8')), uncheckedFrom: 10 }));
    await appendFile(join(stack.root, 'resumable', id), 'never compared');
    assert.equal(await offsetOf(stack, id), 10n);
    const { file } = await append(stack, { id, offset: 10n }, content.subarray(10));
    assert.deepEqual(await objectsOf(stack), [[file?.id, whole]]);
  });
});

describe('An upload is not kept', () => {
  it('that does not have the declared SHA-256', async () => {
    await using stack = await startUploadStack(backends);
    const { id } = await begin(stack, { sha256: sha256(Buffer.from('other')) });
    await assert.rejects(append(stack, { id }, content), { reason: 'CHECKSUM_MISMATCH' });
    assert.deepEqual(await filesBelow(stack.root), []);
  });

  it('whose idempotency key belongs to another file', async () => {
    await using stack = await startUploadStack(backends);
    const idempotencyKey = randomUUIDv7();
    await append(stack, { id: (await begin(stack, { idempotencyKey })).id }, content);
    const { id } = await begin(stack, { idempotencyKey, filename: 'other' });
    await assert.rejects(append(stack, { id }, content), { reason: 'IDEMPOTENCY_KEY_REUSED' });
    await assert.rejects(get(stack, id), { reason: 'UPLOAD_NOT_FOUND' });
    assert.equal((await objectsOf(stack)).length, 1);
  });

  const refusals: Record<string, [string, MessageInitShape<typeof UploadMetadataSchema>]> = {
    'without a size, or a closing to come': ['REQUEST_INVALID', { filename: 'f' }],
    'that is larger than files may be': ['FILE_TOO_LARGE', { filename: 'f', size: 1_000_001n }],
    'whose name would climb': ['NAME_INVALID', { filename: '../f', size: 1n }],
  };
  for (const [what, [reason, metadata]] of Object.entries(refusals))
    it(what, async () => {
      await using stack = await startUploadStack(backends);
      await assert.rejects(stack.uploads.beginUpload({ metadata }), { reason });
      assert.deepEqual(await filesBelow(stack.root), []);
    });

  it('whose note is too long', async () => {
    await using stack = await startUploadStack(backends);
    const noted = (length: number) =>
      stack.uploads.beginUpload({ metadata: { filename: 'f', size: 1n }, clientNote: 'x'.repeat(length) });
    await assert.rejects(noted(8_193), { reason: 'REQUEST_INVALID' });
    assert.equal((await noted(8_192)).upload?.clientNote.length, 8_192);
  });

  it('that the volume has no room for', async () => {
    await using stack = await startUploadStack(backends, { diskReserve: Number.MAX_SAFE_INTEGER });
    await assert.rejects(begin(stack), { reason: 'DISK_FULL' });
  });
});

async function rowsOf(what: string, values: readonly unknown[]) {
  return await queryRows(backends.databaseUrl, `select * from ${what}`, values);
}

/** Storage keys and what is under them, by content. */
async function objectsOf({ root }: UploadStack): Promise<[string | undefined, string][]> {
  const objects = (await filesBelow(root)).filter((path) => path.startsWith('objects/'));
  return await Promise.all(
    objects.map(async (path) => [path.split('/').at(-1), sha256(await readFile(join(root, path)))] as [string, string]),
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
