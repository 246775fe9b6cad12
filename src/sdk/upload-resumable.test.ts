import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { never } from '#platform/abort.ts';
import { createLogger } from '#platform/logger.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import { RpcServer } from '#platform/rpc/server.ts';
import { testFolder } from '#test/support/start-services.ts';
import { openPipe } from './stream-content.ts';
import { FileContent, memoryContent, type UploadContent } from './upload-content.ts';
import type { UploadFileOptions } from './upload-file.ts';
import { uploadResumable } from './upload-resumable.ts';

const bytes = randomBytes(3 * 1024 * 1024);
const whole = createHash('sha256').update(bytes).digest('hex');

describe('a resumable upload', () => {
  const resources = new AsyncDisposableStack();
  let folder: string;
  let path: string;
  before(async () => {
    folder = resources.use(await testFolder()).path;
    path = join(folder, 'large');
    await writeFile(path, bytes);
  });
  after(() => resources.disposeAsync());

  const opened = () => FileContent.open(path);

  /** Sends the file to a server with these handlers; tells what the progress was. */
  async function send(
    handlers: Partial<ServiceHandlers<typeof UploadService>>,
    open: () => Promise<UploadContent> = opened,
    more: Partial<UploadFileOptions> = {},
  ) {
    const logger = createLogger('test', { level: 'silent', format: 'json' });
    await using server = new RpcServer(logger).addPart(UploadService, handlers);
    await server.listen(`unix:${folder}/s`);
    using channel = new RpcChannel(`unix:${folder}/s`);
    await using content = await open();
    const file = { filename: 'large', path: '', idempotencyKey: 'x', content };
    const sent: number[] = [];
    const signal = never;
    const options = { signal, forMs: 2_000, onSent: (n: number) => sent.push(n), ...more };
    return { kept: await uploadResumable(channel.client(UploadService), file, options), sent };
  }

  it('goes on with the byte that the server asks for, and shows that as its progress', async () => {
    const server = new MemoryServer({ keepOf: [1_000_000, 2_500_000] });
    const { kept, sent } = await send(server.handlers());
    assert.equal(kept.sha256, whole);
    assert.deepEqual(server.starts, [0, 1_000_000, 2_500_000]);
    assert.ok(server.starts.every((offset) => sent.includes(offset)));
    assert.equal(sent.at(-1), bytes.length);
  });

  it('asks what became of it when the last answer was lost', async () => {
    const server = new MemoryServer({ losesAnswer: true });
    assert.equal((await send(server.handlers())).kept.sha256, whole);
    assert.deepEqual(server.starts, [0]);
  });

  it('asks again when the offset was no longer right', async () => {
    const server = new MemoryServer({ keepOf: [1_000_000], lateBytes: 500_000 });
    assert.equal((await send(server.handlers())).kept.sha256, whole);
    assert.deepEqual(server.starts, [0, 1_000_000, 1_500_000]);
  });

  it('begins anew when the server has forgotten it', async () => {
    const server = new MemoryServer({ keepOf: [1_000_000], forgets: true });
    assert.equal((await send(server.handlers())).kept.sha256, whole);
    assert.deepEqual(server.starts, [0, 0]);
  });

  it('notices a file that was written to between two calls', async () => {
    const server = new MemoryServer({ keepOf: [1_000_000], onBreak: () => utimes(path, new Date(), new Date(0)) });
    await assert.rejects(send(server.handlers()), { reason: 'CHECKSUM_MISMATCH' });
  });

  describe('of a pipe', () => {
    const piped = async () => await openPipe(Readable.from(pieces()), never);

    it('goes on with the byte that the server asks for, without a size that nobody knows', async () => {
      const server = new MemoryServer({ keepOf: [1_000_000, 2_500_000] });
      assert.equal((await send(server.handlers(), piped)).kept.sha256, whole);
      assert.deepEqual(server.starts, [0, 1_000_000, 2_500_000]);
      assert.deepEqual(server.sizes, [undefined]);
    });

    it('asks what became of it when the last answer was lost', async () => {
      const server = new MemoryServer({ losesAnswer: true });
      assert.equal((await send(server.handlers(), piped)).kept.sha256, whole);
    });

    it('begins anew when the server has forgotten it before it had taken anything for good', async () => {
      const server = new MemoryServer({ keepOf: [1_000_000], forgets: true });
      assert.equal((await send(server.handlers(), piped)).kept.sha256, whole);
      assert.deepEqual(server.starts, [0, 0]);
    });

    it('is given up when the server has lost what cannot be read again', async () => {
      let taken = 0;
      const forgetful: Partial<ServiceHandlers<typeof UploadService>> = {
        beginUpload: async () => ({ upload: { id: 'one' } }),
        appendUpload: async (requests) => {
          if (taken > 0) throw new FilemillError('UPLOAD_NOT_FOUND');
          for await (const { part } of requests) if (part.case === 'chunk') taken += part.value.length;
          return { upload: { id: 'one', offset: BigInt(taken) } };
        },
      };
      const zeros = Array.from({ length: 20 }, () => Buffer.alloc(1024 ** 2));
      const sending = send(forgetful, () => openPipe(Readable.from(zeros), never));
      await assert.rejects(sending, { reason: 'PIPE_NOT_REPEATABLE' });
    });
  });

  describe('whose key is known to the server', () => {
    const other = Buffer.alloc(bytes.length);

    it('goes on where the earlier process was', async () => {
      const server = new MemoryServer({ earlier: bytes.subarray(0, 1_000_000) });
      assert.equal((await send(server.handlers())).kept.sha256, whole);
      assert.deepEqual(server.starts, [1_000_000]);
    });

    it('is sent once from its start where the earlier bytes were others', async () => {
      const server = new MemoryServer({ earlier: other.subarray(0, 1_000_000) });
      assert.equal((await send(server.handlers())).kept.sha256, whole);
      assert.deepEqual(server.starts, [1_000_000, 0]);
    });

    it('is the file that there is, once that has the same content', async () => {
      const server = new MemoryServer({ earlier: bytes, isFile: true });
      const { kept } = await send(server.handlers());
      assert.deepEqual([kept.id, kept.duplicate], ['kept', true]);
      assert.deepEqual(server.starts, []);
    });

    it('is refused once that has other content, which stays', async () => {
      const server = new MemoryServer({ earlier: other, isFile: true });
      await assert.rejects(send(server.handlers()), { reason: 'IDEMPOTENCY_KEY_REUSED' });
      assert.deepEqual([server.starts, server.cancelled], [[], false]);
    });
  });

  describe('that is given up', () => {
    const breaks = Array.from({ length: 1_000 }, () => 1_000);
    const unreadable = new FilemillError('FILE_UNREADABLE');
    const refusal = new FilemillError('REQUEST_INVALID');
    const ways: [string, { readonly mishaps: Mishaps; readonly mayResume: boolean; readonly kept: boolean }][] = [
      ['unreadable', { mishaps: { readError: unreadable }, mayResume: false, kept: false }],
      ['unreadable, its key known', { mishaps: { readError: unreadable }, mayResume: true, kept: false }],
      ['refused', { mishaps: { keepOf: breaks, breaksWith: refusal }, mayResume: false, kept: false }],
      ['refused, its key known', { mishaps: { keepOf: breaks, breaksWith: refusal }, mayResume: true, kept: false }],
      ['for long without an answer', { mishaps: { keepOf: breaks }, mayResume: false, kept: false }],
      ['for long without an answer, its key known', { mishaps: { keepOf: breaks }, mayResume: true, kept: true }],
    ];
    for (const [why, { mishaps, mayResume, kept }] of ways)
      it(`while it is ${why} is ${kept ? 'kept' : 'cancelled'}`, async () => {
        const server = new MemoryServer(mishaps);
        const reason = mishaps.readError?.reason ?? mishaps.breaksWith?.reason ?? 'UNAVAILABLE';
        const open = async () => brokenBy(await opened(), mishaps.readError);
        await assert.rejects(send(server.handlers(), open, { mayResume }), { reason });
        assert.equal(server.cancelled, !kept);
      });
  });

  it('goes over one stream to a server that knows no other way', async () => {
    let received = 0;
    const { kept } = await send({
      async uploadFile(requests) {
        for await (const { part } of requests) if (part.case === 'chunk') received += part.value.length;
        return { id: 'over one stream' };
      },
    });
    assert.deepEqual([kept.id, received], ['over one stream', bytes.length]);
  });
});

/** The same content, whose reading fails after its first chunk. */
function brokenBy(content: UploadContent, error: FilemillError | undefined): UploadContent {
  if (error === undefined) return content;
  const chunks = async function* () {
    yield bytes.subarray(0, 1_000);
    throw error;
  };
  return { ...memoryContent(bytes), chunks, [Symbol.asyncDispose]: () => content[Symbol.asyncDispose]() };
}

async function* pieces(): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

interface Mishaps {
  /** Of the first calls: how many bytes the server has when it breaks off. */
  readonly keepOf?: readonly number[];
  /** Of what was sent before the break, known only once it was asked how far it has come. */
  readonly lateBytes?: number;
  readonly losesAnswer?: boolean;
  readonly forgets?: boolean;
  readonly onBreak?: () => Promise<void>;
  /** What it has from another process when the upload is begun for the first time, and whether that is a file. */
  readonly earlier?: Buffer;
  readonly isFile?: boolean;
  readonly breaksWith?: FilemillError;
  /** Of the file, on the client's machine. */
  readonly readError?: FilemillError;
}

/** Keeps one upload in memory, and has mishaps. */
class MemoryServer {
  /** The offset of each append; one that brought nothing counts with the next at the same place. */
  readonly starts: number[] = [];
  #emptyAt: number | undefined;
  readonly #mishaps: Mishaps;
  #breaks = 0;
  #bytes = Buffer.alloc(0);
  #finished = false;
  #begun = 0;
  /** As they were declared. */
  readonly sizes: (bigint | undefined)[] = [];
  cancelled = false;

  constructor(mishaps: Mishaps) {
    this.#mishaps = mishaps;
  }

  handlers(): Partial<ServiceHandlers<typeof UploadService>> {
    return {
      beginUpload: async ({ metadata }) => {
        this.sizes.push(metadata?.size);
        this.#begun += 1;
        this.#bytes = Buffer.from((this.#begun === 1 && this.#mishaps.earlier) || '');
        this.#finished = this.#begun === 1 && this.#mishaps.isFile === true;
        return this.#answer();
      },
      getUpload: async () => {
        if (this.#mishaps.forgets && this.#begun === 1) throw new FilemillError('UPLOAD_NOT_FOUND');
        const answer = this.#answer();
        if (this.#mishaps.lateBytes !== undefined && this.starts.length === 1)
          this.#take(bytes.subarray(this.#bytes.length, this.#bytes.length + this.#mishaps.lateBytes));
        return answer;
      },
      appendUpload: async (requests) => {
        const keep = this.#mishaps.keepOf?.[this.#breaks];
        const lateBytes = this.#mishaps.lateBytes ?? 0;
        for await (const { part } of requests) {
          if (part.case === 'start') this.#start(Number(part.value.offset));
          else if (part.case === 'chunk') this.#take(part.value);
          else if (part.case === 'closing') this.#close(part.value.sha256);
          if (keep !== undefined && this.#bytes.length >= keep + lateBytes) await this.#break(keep);
        }
        if (this.#finished && this.#mishaps.losesAnswer) throw new FilemillError('UNAVAILABLE');
        return this.#answer();
      },
      cancelUpload: async () => {
        this.cancelled = true;
        return {};
      },
    };
  }

  #start(offset: number): void {
    if (this.#emptyAt !== offset) this.starts.push(offset);
    this.#emptyAt = offset;
    if (offset !== this.#bytes.length) throw new FilemillError('OFFSET_MISMATCH');
  }

  #close(sha256: string): void {
    if (sha256 !== this.#sha256()) throw new FilemillError('CHECKSUM_MISMATCH');
    this.#finished = true;
  }

  #take(chunk: Uint8Array): void {
    this.#emptyAt = undefined;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
  }

  async #break(keep: number): Promise<never> {
    this.#bytes = this.#bytes.subarray(0, keep);
    this.#breaks += 1;
    await this.#mishaps.onBreak?.();
    throw this.#mishaps.breaksWith ?? new FilemillError('UNAVAILABLE');
  }

  #sha256(): string {
    return createHash('sha256').update(this.#bytes).digest('hex');
  }

  #answer() {
    const file = this.#finished ? { id: 'kept', sha256: this.#sha256() } : undefined;
    return { upload: { id: 'one', offset: BigInt(this.#bytes.length), ...(file && { file }) } };
  }
}
