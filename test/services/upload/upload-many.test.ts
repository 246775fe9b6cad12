import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { LocalBlobReader } from '#adapters/volume/local-blob-reader.ts';
import { catalogue, FilemillError, type Reason } from '#domain/errors.ts';
import {
  type UploadAnswer,
  UploadClosingSchema,
  type UploadManyRequestSchema,
  type UploadMetadataSchema,
  type UploadPartSchema,
} from '#gen/filemill/v1/upload_service_pb.ts';
import { fromRpcStatus } from '#platform/rpc/errors.ts';
import { contentOf } from '../../conformance/blob-store.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { filesBelow, queryRows, startUploadStack, type UploadStack } from '../../support/upload-stack.ts';

type Part = MessageInitShape<typeof UploadPartSchema>;
type Metadata = MessageInitShape<typeof UploadMetadataSchema>;

let backends: Cluster;
before(async () => {
  backends = await startCluster();
});
after(() => backends[Symbol.asyncDispose]());

describe('UploadMany', () => {
  for (const packBelow of [0, 64 * 1024])
    it(`keeps many files, whole and in pieces, ${packBelow ? 'packed' : 'as objects'}`, async () => {
      await using stack = await startUploadStack(backends, { packBelow });
      const contents = Array.from({ length: 200 }, (_, n) => randomBytes(n * 40));
      const large = randomBytes(300_000);
      const parts = contents.map((content, sequence) => whole(sequence, content));
      parts.splice(100, 0, ...inPieces(1_000, large));
      const answers = await sendAll(stack, parts);
      assert.equal(answers.size, 201);
      for (const [sequence, content] of [...contents.entries(), [1_000, large] as const]) {
        const { id, size, sha256 } = receiptOf(answers.get(sequence));
        assert.deepEqual([Number(size), sha256], [content.length, hashOf(content)]);
        assert.deepEqual(await storedContent(stack, id), content);
      }
      const objects = (await filesBelow(stack.root)).filter((path) => path.startsWith('objects/'));
      assert.equal(objects.length, packBelow === 0 ? 201 : 1);
    });

  it('answers before the stream ends, files in any order by their numbers', async () => {
    await using stack = await startUploadStack(backends);
    const last = Promise.withResolvers<void>();
    const messages = async function* () {
      yield { parts: [whole(7, Buffer.from('a')), whole(4_000_000_000, Buffer.from('b'))] };
      await last.promise;
    };
    const answers: number[] = [];
    for await (const message of stack.uploads.uploadMany(messages())) {
      answers.push(...message.answers.map(({ sequence }) => sequence));
      if (answers.length === 2) last.resolve();
    }
    assert.deepEqual(answers.sort(), [4_000_000_000, 7]);
  });

  it('gives a key that is sent again the same file, in one message and in two', async () => {
    await using stack = await startUploadStack(backends);
    const idempotencyKey = randomUUID();
    const parts = [1, 2, 3].map((sequence) =>
      whole(sequence, Buffer.from('same'), { filename: 'same', idempotencyKey }),
    );
    const answers = [...(await sendAll(stack, parts)).values(), ...(await sendAll(stack, parts)).values()];
    const receipts = answers.map(receiptOf);
    assert.equal(new Set(receipts.map(({ id }) => id)).size, 1);
    assert.equal(receipts.filter(({ duplicate }) => !duplicate).length, 1);
    assert.equal((await filesBelow(stack.root)).length, 1);
  });

  const good = Buffer.from('good');
  const wrong = 'ab'.repeat(32);
  const refusals: Record<string, { reason: Reason; parts: (sequence: number) => Part[] }> = {
    'a name that is none': { reason: 'NAME_INVALID', parts: (n) => [whole(n, good, { filename: '../x' })] },
    'another SHA-256 than declared': { reason: 'CHECKSUM_MISMATCH', parts: (n) => [whole(n, good, { sha256: wrong })] },
    'another SHA-256 at the end': {
      reason: 'CHECKSUM_MISMATCH',
      parts: (n) => [{ ...whole(n, good), closing: closingOf(wrong) }],
    },
    'a SHA-256 that is none': {
      reason: 'REQUEST_INVALID',
      parts: (n) => [{ ...whole(n, good), closing: closingOf('x') }],
    },
    'another size than declared': { reason: 'SIZE_MISMATCH', parts: (n) => [whole(n, good, { size: 5n })] },
    'a file that is too large': { reason: 'FILE_TOO_LARGE', parts: (n) => [...inPieces(n, Buffer.alloc(1_000_001))] },
    'a piece of a file that was never begun': {
      reason: 'METADATA_MISSING',
      parts: (n) => [{ sequence: n, content: good, closing: {} }],
    },
    'a file that is not closed before the next begins': {
      reason: 'REQUEST_INVALID',
      parts: (n) => [{ sequence: n, metadata: { filename: 'open' }, content: good }],
    },
    'pieces with another SHA-256': {
      reason: 'CHECKSUM_MISMATCH',
      parts: (n) => [...inPieces(n, good, { sha256: wrong })],
    },
  };
  for (const [what, { reason, parts }] of Object.entries(refusals))
    it(`refuses ${what} with ${reason}, and harms no other file`, async () => {
      await using stack = await startUploadStack(backends);
      const answers = await sendAll(stack, [whole(1, good), ...parts(2), whole(3, good)]);
      const { outcome } = answers.get(2) ?? {};
      assert(outcome?.case === 'error');
      const error = fromRpcStatus(outcome.value);
      assert.equal(error.reason, reason);
      assert.equal(catalogue[reason].code === 'INVALID_ARGUMENT', outcome.value.code === 3);
      for (const sequence of [1, 3]) receiptOf(answers.get(sequence));
      assert.equal((await filesBelow(stack.root)).length, 2);
    });

  it('refuses each file with a wait while there is no room, and goes on when there is', async () => {
    const disk = { reserve: Number.MAX_SAFE_INTEGER };
    await using full = await startUploadStack(backends, { diskReserve: disk.reserve });
    const answers = await sendAll(full, [whole(1, good), ...inPieces(2, good), whole(3, good)]);
    for (const sequence of [1, 2, 3]) {
      const { outcome } = answers.get(sequence) ?? {};
      assert(outcome?.case === 'error');
      assert.equal(fromRpcStatus(outcome.value).reason, 'DISK_FULL');
      assert(outcome.value.details.some(({ typeUrl }) => typeUrl.endsWith('RetryInfo')));
    }
    assert.deepEqual(await filesBelow(full.root), []);
  });

  it('ends a stream that falls silent, but not one that waits for answers', async () => {
    await using stack = await startUploadStack(backends, { streamIdleMs: 300 });
    const messages = async function* () {
      yield { parts: [whole(1, good)] };
      await delay(60_000, undefined, { ref: false });
    };
    const answers: UploadAnswer[] = [];
    const silent = async () => {
      for await (const message of stack.uploads.uploadMany(messages())) answers.push(...message.answers);
    };
    await assert.rejects(silent(), { reason: 'STREAM_IDLE' });
    receiptOf(answers[0]);
  });

  it('ends a file in pieces that crawls', async () => {
    await using stack = await startUploadStack(backends, { streamIdleMs: 400, streamMinRate: 10_000 });
    const messages = async function* () {
      yield { parts: [{ sequence: 1, metadata: { filename: 'crawling' } }] };
      for (;;) {
        await delay(20);
        yield { parts: [{ sequence: 1, content: Buffer.from('x') }] };
      }
    };
    await assert.rejects(Array.fromAsync(stack.uploads.uploadMany(messages())), { reason: 'STREAM_IDLE' });
    await eventually('the volume is empty', async () => (await filesBelow(stack.root)).length === 0);
  });

  it('keeps nothing of a file whose client went away', async () => {
    await using stack = await startUploadStack(backends);
    const gone = new AbortController();
    const messages = async function* () {
      yield { parts: [{ sequence: 1, metadata: { filename: 'half' }, content: Buffer.alloc(100_000) }] };
      await delay(60_000, undefined, { ref: false, signal: gone.signal });
    };
    const call = Array.fromAsync(stack.uploads.uploadMany(messages(), { signal: gone.signal }));
    call.catch(() => undefined);
    await eventually('the volume holds 1 file', async () => (await filesBelow(stack.root)).length === 1);
    gone.abort();
    await assert.rejects(call);
    await eventually('the volume is empty', async () => (await filesBelow(stack.root)).length === 0);
  });

  it('answers what it has when the service stops, and sends its clients elsewhere', async () => {
    const stack = await startUploadStack(backends);
    const answers: UploadAnswer[] = [];
    const heard = Promise.withResolvers<void>();
    const messages = async function* () {
      yield { parts: [whole(1, good)] };
      await delay(60_000, undefined, { ref: false });
    };
    const call = (async () => {
      for await (const message of stack.uploads.uploadMany(messages())) {
        answers.push(...message.answers);
        heard.resolve();
      }
    })();
    await heard.promise;
    const [, error] = await Promise.all([stack[Symbol.asyncDispose](), call.catch((error: unknown) => error)]);
    assert(error instanceof FilemillError);
    assert.equal(error.reason, 'SHUTTING_DOWN');
  });

  it('reads no faster than files can be kept', async () => {
    let held = 0;
    const released = Promise.withResolvers<void>();
    await using stack = await startUploadStack(backends, {
      files: {
        createAll: async (all) => {
          held += all.length;
          await released.promise;
          return all.map(({ id }) => ({ outcome: 'CREATED', id }));
        },
      },
    });
    const total = 5_000;
    const messages = async function* (): AsyncGenerator<MessageInitShape<typeof UploadManyRequestSchema>> {
      for (let n = 0; n < total; n += 10)
        yield { parts: Array.from({ length: 10 }, (_, more) => whole(n + more, Buffer.alloc(10))) };
    };
    const call = Array.fromAsync(stack.uploads.uploadMany(messages()));
    await eventually('the files are held', () => held >= 2_000);
    await delay(200);
    assert.ok(held <= 2_060, `${held} files are in hand`);
    released.resolve();
    const answers = (await call).flatMap((message) => message.answers);
    assert.equal(answers.length, total);
  });
});

function whole(sequence: number, content: Uint8Array, metadata: Metadata = {}): Part {
  const described = { filename: `file-${sequence}`, size: BigInt(content.length), ...metadata };
  return { sequence, metadata: described, content, closing: { sha256: hashOf(content) } };
}

function inPieces(sequence: number, content: Uint8Array, metadata: Metadata = {}): Part[] {
  const pieces = [];
  for (let at = 0; at < content.length; at += 70_000) pieces.push(content.subarray(at, at + 70_000));
  return [
    { sequence, metadata: { filename: `pieces-${sequence}`, ...metadata } },
    ...pieces.map((piece) => ({ sequence, content: piece })),
    { sequence, closing: { sha256: hashOf(content) } },
  ];
}

async function sendAll(stack: UploadStack, parts: readonly Part[]): Promise<Map<number, UploadAnswer>> {
  const messages = async function* () {
    for (let from = 0; from < parts.length; from += 3) yield { parts: parts.slice(from, from + 3) };
  };
  const answers = new Map<number, UploadAnswer>();
  for await (const message of stack.uploads.uploadMany(messages()))
    for (const answer of message.answers) {
      assert.ok(!answers.has(answer.sequence), `${answer.sequence} is answered twice`);
      answers.set(answer.sequence, answer);
    }
  return answers;
}

function receiptOf(answer: UploadAnswer | undefined) {
  assert(
    answer?.outcome.case === 'file',
    `${answer?.outcome.case} ${answer?.outcome.case === 'error' ? answer.outcome.value.message : ''}`,
  );
  return answer.outcome.value;
}

async function storedContent(stack: UploadStack, id: string): Promise<Buffer> {
  const [row] = await queryRows(backends.databaseUrl, 'select storage_key as key from files where id = $1', [id]);
  return await contentOf(new LocalBlobReader(stack.root), String(row?.key));
}

function closingOf(sha256: string) {
  return create(UploadClosingSchema, { sha256 });
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
