import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RpcClient } from '#client/rpc-client.ts';
import { UploadContent } from '#client/upload-content.ts';
import { uploadFile } from '#client/upload-file.ts';
import type { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';

export interface LoadOptions {
  readonly uploads: RpcClient<typeof UploadService>;
  readonly ledger: Ledger;
  readonly random: Random;
  /** Where the files to send are made. */
  readonly folder: string;
  /** Begins the name of each file. */
  readonly prefix: string;
}

const lanes = 4;
const pauseMs = 30;
/** Longer than any fault lasts. */
const retryForMs = 60_000;

/** Clients that upload, one file after the other and with retries, until they are stopped. */
export class Load {
  readonly #options: LoadOptions;
  readonly #stop = new AbortController();
  readonly #lanes: Promise<unknown>;
  readonly #names: string[] = [];
  readonly #failures: Error[] = [];

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#lanes = Promise.all(Array.from({ length: lanes }, () => this.#lane()));
  }

  /** Every name that a client decided to upload. */
  get names(): readonly string[] {
    return this.#names;
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
  }

  /** Sends one file of its own, beside the lanes; a name that is given must be new. Answers with its id, or undefined when it was given up. */
  async send(content = makeContent(this.#options.random), name?: string): Promise<string | undefined> {
    const { uploads, ledger, folder, prefix } = this.#options;
    const unique = `${prefix}-${this.#names.length}.txt`;
    const filename = name ?? unique;
    this.#names.push(filename);
    const path = join(folder, unique);
    await writeFile(path, content);
    try {
      await using opened = await UploadContent.open(path);
      const file = { filename, path: '', idempotencyKey: randomUUID(), content: opened };
      const { id } = await uploadFile(uploads, file, { signal: new AbortController().signal, forMs: retryForMs });
      ledger.record({ id, filename, sha256: createHash('sha256').update(content).digest('hex'), size: content.length });
      return id;
    } catch (error) {
      this.#failures.push(error as Error);
      return undefined;
    } finally {
      await rm(path, { force: true });
    }
  }

  async #lane(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.send();
      await delay(pauseMs);
    }
  }
}

/** Mostly small, some of several chunks; no two alike. */
function makeContent(random: Random): Buffer {
  const kind = random.next();
  const size = random.between(0, kind < 0.7 ? 4_096 : kind < 0.9 ? 65_536 : 900_000);
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
