import { hash, randomUUIDv7 } from 'node:crypto';
import type { FilemillError } from '#domain/errors.ts';
import type { UploadFileResponse, UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { never } from '#platform/abort.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { fromServiceError, isRetryable } from '#platform/rpc/errors.ts';
import { type RetryOptions, withRetry } from '#platform/rpc/retry.ts';
import { Semaphore } from '#platform/semaphore.ts';
import { CallBound } from './call-bound.ts';
import { memoryContent } from './upload-content.ts';
import { type UploadFileOptions, uploadFile } from './upload-file.ts';
import type { UploadCandidate } from './upload-paths.ts';
import { resumableFromBytes, uploadResumable } from './upload-resumable.ts';
import { maxWholeBytes, UploadStream } from './upload-stream.ts';

/** What became of one file: the server's acknowledgement, or why there is none. */
export type UploadOutcome =
  | { readonly file: UploadCandidate; readonly receipt: UploadFileResponse; readonly error: null }
  | { readonly file: UploadCandidate; readonly receipt: null; readonly error: FilemillError };

export interface UploadFilesOptions extends RetryOptions, Pick<UploadFileOptions, 'onKept'> {
  /** Large files at a time; in place of each, small ones may be on their way, all over one stream. */
  readonly concurrency: number;
  /**
   * For a caller that makes the decision to upload more than once; a random key for each file otherwise. What is broken
   * off is kept for the next time only with one that is given.
   */
  readonly idempotencyKey?: string;
  readonly onOutcome: (outcome: UploadOutcome) => void | Promise<void>;
  /** Bytes on their way since the last call; negative when a file starts again. */
  readonly onBytes?: (difference: number) => void;
}

/**
 * Bytes of small files in place of one large file: 8 places fit about 1,000 files of 4 KiB, which keep a server busy.
 */
const memoryForSmall = 1024 * 1024;

/** What a file needs beside its content until it is acknowledged, roughly. */
const bytesBeside = 4 * 1024;

/**
 * Uploads many files, a few at a time; a file that fails does not stop the others. When the server
 * stays away for `forMs` the rest is not tried: each of them gets that error at once.
 * Once the signal is aborted no further file is begun and those in flight end with an error.
 */
export async function uploadFiles(
  uploads: RpcClient<typeof UploadService>,
  candidates: AsyncIterable<UploadCandidate>,
  options: UploadFilesOptions,
): Promise<void> {
  const { concurrency, signal, onOutcome } = options;
  const outage = new AbortController();
  const bound = new CallBound();
  const each: OneFileOptions = { ...options, bound, signal: AbortSignal.any([signal, outage.signal]) };
  using stream = new UploadStream(uploads, each.signal, bound);
  const [large, small] = [new Semaphore(concurrency), new Semaphore(concurrency * memoryForSmall)];
  const going = new Going();

  async function attempt(file: UploadCandidate, send: () => Promise<UploadFileResponse>): Promise<void> {
    let outcome: UploadOutcome;
    try {
      outage.signal.throwIfAborted();
      outcome = { file, receipt: await send(), error: null };
    } catch (cause) {
      const error = cutShortBy(outage.signal, fromServiceError(cause));
      if (isRetryable(error) && !each.signal.aborted) outage.abort(error);
      outcome = { file, receipt: null, error };
    }
    await onOutcome(outcome);
  }

  for await (const file of candidates) {
    if (signal.aborted) break;
    const whole = readSmall(file);
    const bytes = bytesBeside + (Buffer.isBuffer(whole) ? whole.length : 0);
    // A place in line is never given up: it comes at the latest when all before it have failed.
    const place = await (whole === undefined ? large.take(never) : small.take(never, bytes));
    const send =
      whole === undefined
        ? () => uploadOne(uploads, file, each)
        : async () => await uploadWhole({ uploads, stream }, file, await whole, each);
    going.add(attempt(file, send), place);
  }
  await going.ended();
}

/** What is on its way. As thousands of small files may be, each costs little. */
class Going {
  #count = 0;
  #failure: unknown;
  #ended = Promise.withResolvers<void>();

  add(sending: Promise<void>, place: Disposable): void {
    this.#count += 1;
    const end = () => {
      place[Symbol.dispose]();
      this.#count -= 1;
      if (this.#count === 0) this.#ended.resolve();
    };
    sending.then(end, (error: unknown) => {
      this.#failure ??= error;
      end();
    });
  }

  /** @throws the first failure, once all have ended */
  async ended(): Promise<void> {
    while (this.#count > 0) {
      this.#ended = Promise.withResolvers();
      await this.#ended.promise;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** Its content, or why it cannot be read; undefined when it is to be sent in pieces. */
function readSmall(file: UploadCandidate): Buffer | Promise<never> | undefined {
  try {
    return file.readWhole?.(maxWholeBytes);
  } catch (error) {
    const failure = Promise.reject(error);
    failure.catch(() => undefined);
    return failure;
  }
}

/** A file that was cut short because another one found the server gone shares that one's reason. */
function cutShortBy(outage: AbortSignal, error: FilemillError): FilemillError {
  return outage.aborted && isRetryable(error) ? (outage.reason as FilemillError) : error;
}

type OneFileOptions = UploadFilesOptions & { readonly bound: CallBound };

async function uploadWhole(
  { uploads, stream }: { readonly uploads: RpcClient<typeof UploadService>; readonly stream: UploadStream },
  { filename, path }: UploadCandidate,
  content: Buffer,
  options: OneFileOptions,
): Promise<UploadFileResponse> {
  const { idempotencyKey = randomUUIDv7(), onBytes } = options;
  const metadata = { filename, path, size: BigInt(content.length), idempotencyKey };
  const file = { metadata, content, sha256: hash('sha256', content) };
  let first: Promise<UploadFileResponse> | undefined = stream.send(file);
  // What more there is to it is made for those that fail.
  const receipt = await first.catch(() => {
    const send = () => {
      const sent = first ?? stream.send(file);
      first = undefined;
      return sent;
    };
    const { onBytes: _, ...retry } = options;
    const inPieces = { filename, path, idempotencyKey, content: memoryContent(content) };
    return unlessTooLarge(
      () => withRetry(send, retry),
      () => uploadResumable(uploads, inPieces, retry),
    );
  });
  onBytes?.(content.length);
  return receipt;
}

async function uploadOne(
  uploads: RpcClient<typeof UploadService>,
  candidate: UploadCandidate,
  { idempotencyKey: givenKey, onBytes, ...options }: OneFileOptions,
): Promise<UploadFileResponse> {
  const [idempotencyKey, mayComeAgain] = [givenKey ?? randomUUIDv7(), givenKey !== undefined];
  const { filename, path } = candidate;
  await using content = await candidate.open(options.signal);
  let sent = 0;
  const onSent = (bytes: number) => {
    onBytes?.(bytes - sent);
    sent = bytes;
  };
  const file = { filename, path, idempotencyKey, content };
  const { size = Number.POSITIVE_INFINITY } = content;
  const { bytes } = options.bound;
  const inPieces = () => uploadResumable(uploads, file, { ...options, onSent, mayComeAgain });
  if (size >= Math.min(bytes, resumableFromBytes)) return await inPieces();
  return await unlessTooLarge(
    () => uploadFile(uploads, file, { ...options, onSent }),
    () => {
      options.bound.narrow(bytes);
      return inPieces();
    },
  );
}

/** What a proxy refuses over one call, it may take over several. */
async function unlessTooLarge<T>(send: () => Promise<T>, sendInPieces: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (fromServiceError(error).reason !== 'PROXY_LIMIT') throw error;
    return await sendInPieces();
  }
}
