/**
 * The client of the benchmarks, in its own process: it sends files to any server of UploadService, and prints its
 * measurements as one line of JSON. Filemill and its baselines get the same load.
 *
 *     node bench/load.ts '{"target": …, "kind": …}'
 */

import { createHash, hash, randomBytes, randomUUIDv7 } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type UploadFileResponse, UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { never } from '#platform/abort.ts';
import { memoryForMessage } from '#platform/rpc/bytes-message.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { Semaphore } from '#platform/semaphore.ts';
import { Certificates } from '#platform/tls/certificates.ts';
import { chunkBytes } from '#sdk/upload-content.ts';
import { UploadStream } from '#sdk/upload-stream.ts';

export interface LoadOptions {
  readonly target: string;
  /** The header of each call. */
  readonly authorization?: string | undefined;
  /** The path of the CA that signed the certificate of the target. */
  readonly tlsCa?: string | undefined;
  /**
   * `many`: over one stream of UploadMany. `single`: a call of UploadFile each. `paced`: as `many`, so many a second.
   * `large`: one file over one call of UploadFile. `resumable`: the same through BeginUpload and one AppendUpload.
   */
  readonly kind: 'many' | 'single' | 'paced' | 'large' | 'resumable';
  readonly files: number;
  /** In bytes of each file. */
  readonly bytes: number;
  /** The number of files in flight. */
  readonly concurrency: number;
  readonly filesPerSecond?: number;
  /** Whether the client hashes what it sends, and the server checks it. */
  readonly hashed: boolean;
  /** Where each acknowledgement is noted: id, SHA-256, and the Unix time in milliseconds. */
  readonly ledger?: string;
}

export interface LoadReport {
  /** From the first byte to the last acknowledgement. */
  readonly ms: number;
  readonly cpuMs: number;
  /** Unix times in milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
const text = Buffer.from(
  randomBytes(Math.min(options.bytes, 1024 * 1024))
    .toString('base64')
    .replaceAll(/[+/7]/g, ' ')
    .replaceAll('Q', '\n')
    .slice(0, Math.min(options.bytes, 1024 * 1024)),
);
const { authorization, tlsCa } = options;
using channel = new RpcChannel(options.target, { authorization, ...(tlsCa && { tls: new Certificates({ tlsCa }) }) });
const uploads = channel.client(UploadService);
using stream = new UploadStream(uploads, never);
const ledger: string[] = [];

const cpu = process.cpuUsage();
const began = performance.now();
const startedAt = performance.timeOrigin + began;
if (options.kind === 'paced') await sendPaced();
else await sendAll({ many: sendWhole, single: sendSingle, large: sendLarge, resumable: sendResumable }[options.kind]);
const ms = performance.now() - began;
const { user, system } = process.cpuUsage(cpu);
if (options.ledger !== undefined) appendFileSync(options.ledger, ledger.join(''));
const report: LoadReport = { ms, cpuMs: (user + system) / 1_000, startedAt, endedAt: startedAt + ms };
console.log(JSON.stringify(report));

async function sendAll(send: (n: number) => Promise<void>): Promise<void> {
  const slots = new Semaphore(options.concurrency);
  const going: Promise<void>[] = [];
  for (let n = 0; n < options.files; n++) {
    const slot = await slots.take(never);
    going.push(send(n).finally(() => slot[Symbol.dispose]()));
  }
  await Promise.all(going);
}

/** Sends at even intervals, whether or not earlier files have been answered. */
async function sendPaced(): Promise<void> {
  const going: Promise<void>[] = [];
  for (let n = 0; n < options.files; n++) {
    const due = began + (n * 1_000) / (options.filesPerSecond ?? 100);
    await delay(Math.max(0, due - performance.now()));
    going.push(sendWhole(n));
  }
  await Promise.all(going);
}

async function sendWhole(n: number): Promise<void> {
  const content = distinct(n);
  const sha256 = options.hashed ? hash('sha256', content) : '';
  note(await stream.send({ metadata: describe(n, content.length), content, sha256 }), sha256);
}

async function sendSingle(n: number): Promise<void> {
  const content = distinct(n);
  const sha256 = options.hashed ? hash('sha256', content) : '';
  const messages = async function* () {
    yield { part: { case: 'metadata' as const, value: { ...describe(n, content.length), sha256 } } };
    yield { part: { case: 'chunk' as const, value: content } };
  };
  note(await uploads.uploadFile(messages()), sha256);
}

async function sendLarge(n: number): Promise<void> {
  const metadata = { ...describe(n, options.bytes), sha256AtClose: options.hashed };
  const messages = async function* () {
    yield { part: { case: 'metadata' as const, value: metadata } };
    yield* contentOf();
  };
  note(await uploads.uploadFile(messages()), '');
}

async function sendResumable(n: number): Promise<void> {
  const metadata = { ...describe(n, options.bytes), sha256AtClose: options.hashed };
  const { upload: { id = '' } = {} } = await uploads.beginUpload({ metadata });
  const messages = async function* () {
    yield { part: { case: 'start' as const, value: { id } } };
    yield* contentOf();
  };
  const { upload } = await uploads.appendUpload(messages());
  if (upload?.file === undefined) throw new Error('The upload was not finished.');
  note(upload.file, '');
}

/** Repeats the same MiB, so that reading is not measured, in memory such as that of files that are read. */
async function* contentOf() {
  const hasher = options.hashed ? createHash('sha256') : undefined;
  const memory = Array.from({ length: Math.ceil(text.length / chunkBytes) }, (_, n) => {
    const chunk = memoryForMessage(Math.min(chunkBytes, text.length - n * chunkBytes));
    chunk.set(text.subarray(n * chunkBytes, n * chunkBytes + chunk.length));
    return chunk;
  });
  for (let [left, turn] = [options.bytes, 0]; left > 0; turn = (turn + 1) % memory.length) {
    const chunk = (memory[turn] as Buffer).subarray(0, left);
    left -= chunk.length;
    hasher?.update(chunk);
    yield { part: { case: 'chunk' as const, value: chunk } };
  }
  if (hasher !== undefined) yield { part: { case: 'closing' as const, value: { sha256: hasher.digest('hex') } } };
}

function describe(n: number, size: number) {
  return { filename: `file-${n}.txt`, path: `load/file-${n}.txt`, size: BigInt(size), idempotencyKey: randomUUIDv7() };
}

/** Makes each file different. */
function distinct(n: number): Buffer {
  const content = Buffer.from(text);
  content.write(`${n} ${process.pid} `, 0, Math.min(20, content.length));
  return content;
}

function note({ id }: UploadFileResponse, sha256: string): void {
  if (options.ledger === undefined) return;
  ledger.push(`${id} ${sha256} ${(performance.timeOrigin + performance.now()).toFixed(3)}\n`);
}
