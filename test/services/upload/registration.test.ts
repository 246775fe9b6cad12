import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import type { CreateOutcome } from '#domain/file.ts';
import { createLogger } from '#platform/logger.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { FileCreation, type RequestedFile } from '#services/upload/acceptance/file-creation.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import {
  chunkOf,
  filesBelow,
  metadataOf,
  queryRows,
  startUploadStack,
  streamOf,
  type UploadStack,
} from '../../support/upload-stack.ts';

const quiet = createLogger('test', { level: 'silent', format: 'json' });

let backends: Cluster;
let channel: RpcChannel;
before(async () => {
  backends = await startCluster();
  channel = new RpcChannel(backends.target('metadata'));
});
after(async () => {
  channel[Symbol.dispose]();
  await backends[Symbol.asyncDispose]();
});

describe('The same idempotency key', () => {
  it('answers with the same file, and keeps one object', async () => {
    await using stack = await startUploadStack(backends);
    const key = randomUUID();
    const first = await upload(stack, key);
    const stored = await filesBelow(stack.root);
    const second = await upload(stack, key);
    assert.deepEqual([first.duplicate, second.duplicate], [false, true]);
    assert.equal(second.id, first.id);
    assert.equal(second.size, first.size);
    assert.deepEqual(await filesBelow(stack.root), stored);
    assert.deepEqual(await objectsOf(key), stored);
  });

  it('makes one file of many uploads at once', async () => {
    await using stack = await startUploadStack(backends);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 12 }, () => upload(stack, key)));
    assert.equal(new Set(answers.map(({ id }) => id)).size, 1);
    assert.equal(answers.filter(({ duplicate }) => !duplicate).length, 1);
    assert.deepEqual(await filesBelow(stack.root), await objectsOf(key));
  });

  it('is refused for another name, size or SHA-256, and the first file stays', async () => {
    await using stack = await startUploadStack(backends);
    const key = randomUUID();
    await upload(stack, key);
    const stored = await filesBelow(stack.root);
    await assert.rejects(upload(stack, key, { filename: 'other' }), { reason: 'IDEMPOTENCY_KEY_REUSED' });
    await assert.rejects(upload(stack, key, { content: 'longer content' }), { reason: 'IDEMPOTENCY_KEY_REUSED' });
    assert.deepEqual(await filesBelow(stack.root), stored);
  });
});

describe('An answer of the metadata service that is lost', () => {
  it('is asked for again, and the file is created once', async () => {
    const files = new LossyCreation(channel, 3);
    await using stack = await startUploadStack(backends, { files });
    const key = randomUUID();
    const answer = await upload(stack, key);
    assert.equal(answer.duplicate, false);
    assert.equal(files.asked, 4);
    assert.deepEqual(await filesBelow(stack.root), await objectsOf(key));
  });

  it('never costs the object, and the next try of the client finds the file', async () => {
    const files = new LossyCreation(channel, Number.POSITIVE_INFINITY);
    await using stack = await startUploadStack(backends, { files, retryMs: 0 });
    const key = randomUUID();
    await assert.rejects(upload(stack, key), { reason: 'UNAVAILABLE' });
    const stored = await filesBelow(stack.root);
    assert.equal(stored.length, 1);
    assert.deepEqual(await objectsOf(key), stored);
    files.losses = 0;
    const answer = await upload(stack, key);
    assert.equal(answer.duplicate, true);
    assert.deepEqual(await filesBelow(stack.root), stored);
  });

  it('keeps the object also when the error says that nothing can be mended', async () => {
    const files = {
      createAll: async () => {
        throw new FilemillError('INTERNAL');
      },
    };
    await using stack = await startUploadStack(backends, { files });
    await assert.rejects(upload(stack, randomUUID()), { reason: 'UNAVAILABLE' });
    assert.equal((await filesBelow(stack.root)).length, 1);
  });
});

it('A refused registration removes the object', async () => {
  const real = new FileCreation(channel, quiet);
  const tooOld = '01800000-0000-7000-8000-000000000000';
  const files = {
    createAll: (all: readonly RequestedFile[]) => real.createAll(all.map((file) => ({ ...file, id: tooOld }))),
  };
  await using stack = await startUploadStack(backends, { files });
  await assert.rejects(upload(stack, randomUUID()), { reason: 'REQUEST_INVALID' });
  assert.deepEqual(await filesBelow(stack.root), []);
});

/** The real thing, whose first answers never arrive. */
class LossyCreation {
  readonly #real: FileCreation;
  losses: number;
  asked = 0;

  constructor(metadata: RpcChannel, losses: number) {
    this.#real = new FileCreation(metadata, quiet);
    this.losses = losses;
  }

  async createAll(files: readonly RequestedFile[]): Promise<readonly CreateOutcome[]> {
    this.asked += 1;
    const outcomes = await this.#real.createAll(files);
    if (this.losses <= 0) return outcomes;
    this.losses -= 1;
    throw new FilemillError('UNAVAILABLE', 'The answer was lost.');
  }
}

async function upload(stack: UploadStack, idempotencyKey: string, { filename = 'same', content = 'content' } = {}) {
  return await stack.uploads.uploadFile(streamOf(metadataOf({ filename, idempotencyKey }), chunkOf(content)));
}

/** The objects that rows with this idempotency key name. */
async function objectsOf(idempotencyKey: string): Promise<string[]> {
  const rows = await queryRows(backends.databaseUrl, 'select storage_key from files where idempotency_key = $1', [
    idempotencyKey,
  ]);
  return rows.map(({ storage_key: key }) => `objects/${String(key).slice(-2)}/${key}`);
}
