import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { never } from '#platform/abort.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { StreamContent } from '#sdk/stream-content.ts';
import { memoryContent } from '#sdk/upload-content.ts';
import { uploadFile } from '#sdk/upload-file.ts';
import { uploadResumable } from '#sdk/upload-resumable.ts';
import { maxWholeBytes, UploadStream } from '#sdk/upload-stream.ts';
import type { WebAddress } from './ask-web.ts';
import type { Ledger } from './ledger.ts';
import { putFile } from './put-file.ts';
import type { Random } from './random.ts';
import { uploadByTus } from './tus-upload.ts';

export interface LoadOptions {
  readonly uploads: RpcClient<typeof UploadService>;
  /** The address of `web`, for what is sent over HTTP. */
  readonly web: WebAddress;
  readonly ledger: Ledger;
  readonly random: Random;
  /** Begins the name of each file. */
  readonly prefix: string;
  /** The ways in that take turns; all unless given. */
  readonly ways?: readonly Way[] | undefined;
  /** Between two files of a client. */
  readonly pauseMs?: number | undefined;
}

const lanes = 4;
const defaultPauseMs = 30;
/** Longer than any fault lasts. */
const retryForMs = 120_000;

/** Clients that upload, one file after the other and with retries, until they are stopped. */
export class Load {
  readonly #options: LoadOptions;
  readonly #stop = new AbortController();
  /** For a third of the small files; the others and all large ones have calls of their own. */
  readonly #stream: UploadStream;
  readonly #lanes: Promise<unknown>;
  readonly #names: string[] = [];
  readonly #failures: Error[] = [];

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#stream = new UploadStream(options.uploads, never);
    this.#lanes = Promise.all(Array.from({ length: lanes }, () => this.#lane()));
  }

  /** Every name that a client decided to upload. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Somebody else decided to upload a file of this name, which must be new. */
  adopt(name: string): void {
    this.#names.push(name);
  }

  /** Uploads that a client gave up, its retries included. */
  get failures(): readonly Error[] {
    return this.#failures;
  }

  /** Resolves when `count` more uploads are acknowledged. */
  async acknowledges(count: number): Promise<void> {
    const { entries } = this.#options.ledger;
    const wanted = entries.length + count;
    for (const giveUpAt = performance.now() + retryForMs; entries.length < wanted; await delay(20))
      if (performance.now() > giveUpAt) throw new Error(`${wanted - entries.length} uploads were not acknowledged`);
  }

  /** Begins no more uploads, and waits for those in flight. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#lanes;
    this.#stream[Symbol.dispose]();
  }

  /**
   * Sends one file of its own, beside the lanes; a name that is given must be new. The ways take turns unless one is
   * given. Answers with its id, or undefined when it was given up.
   */
  async send(
    content = makeContent(this.#options.random),
    name?: string,
    way = this.#nextWay(),
  ): Promise<string | undefined> {
    const { ledger, prefix } = this.#options;
    const filename = name ?? `${prefix}-${this.#names.length}.txt`;
    this.#names.push(filename);
    const file: Decision = { filename, path: '', idempotencyKey: randomUUID(), content };
    try {
      const id = await this.#sendBy(way, file);
      ledger.record({ id, filename, sha256: sha256Of(content), size: content.length });
      return id;
    } catch (error) {
      this.#failures.push(error as Error);
      return undefined;
    }
  }

  #nextWay(): Way {
    const { ways = turns } = this.#options;
    return ways[this.#names.length % ways.length] as Way;
  }

  async #sendBy(way: Way, file: Decision): Promise<string> {
    const { web } = this.#options;
    switch (way) {
      case 'whole':
        return file.content.length <= maxWholeBytes ? await this.#sendWhole(file) : await this.#sendAlone(file);
      case 'alone':
        return await this.#sendAlone(file);
      case 'resumable':
        return await this.#sendAlone(file, uploadResumable);
      case 'piped':
        return await this.#sendPiped(file);
      case 'put':
        return await putFile(web, file, patience());
      case 'tus':
        return await uploadByTus(web, file, patience());
    }
  }

  async #sendWhole({ content, ...metadata }: Decision): Promise<string> {
    const file = { metadata: { ...metadata, size: BigInt(content.length) }, content, sha256: sha256Of(content) };
    return (await withRetry(() => this.#stream.send(file), patience())).id;
  }

  async #sendAlone({ content, ...file }: Decision, upload = uploadFile): Promise<string> {
    return (await upload(this.#options.uploads, { ...file, content: memoryContent(content) }, patience())).id;
  }

  /** Its size is unknown until its end. */
  async #sendPiped({ content, ...file }: Decision): Promise<string> {
    const pieces = [content.subarray(0, 1_000), content.subarray(1_000)].filter(({ length }) => length > 0);
    await using piped = await StreamContent.open(Readable.from(pieces), patience().signal, 1);
    return (await uploadResumable(this.#options.uploads, { ...file, content: piped }, patience())).id;
  }

  async #lane(): Promise<void> {
    const { pauseMs = defaultPauseMs } = this.#options;
    while (!this.#stop.signal.aborted) {
      await this.send();
      await delay(pauseMs);
    }
  }
}

/** The calls of gRPC, and what HTTP has for the same. */
export type Way = 'whole' | 'alone' | 'resumable' | 'piped' | 'put' | 'tus';

const turns: readonly Way[] = [
  ...(['whole', 'resumable', 'put', 'whole', 'alone', 'tus'] as const),
  ...(['whole', 'piped', 'put', 'whole', 'alone', 'tus'] as const),
];

/** What a client has decided to upload, once. */
interface Decision {
  readonly filename: string;
  readonly path: string;
  readonly idempotencyKey: string;
  readonly content: Buffer;
}

function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function patience() {
  return { signal: never, forMs: retryForMs };
}

/** Mostly small, a third with an object of their own, a few of several chunks; no two alike. */
function makeContent(random: Random): Buffer {
  const kind = random.next();
  const [least, most] =
    kind < 0.5 ? [0, 4_096] : kind < 0.7 ? [0, 65_536] : kind < 0.95 ? [65_536, 90_000] : [0, 900_000];
  const size = random.between(least, most);
  const text = Buffer.alloc(size, `${randomUUID()} some words to count\n`);
  randomBytes(Math.min(16, size))
    .toString('hex')
    .slice(0, size)
    .split('')
    .forEach((digit, at) => {
      text.write(digit, at);
    });
  return text;
}
