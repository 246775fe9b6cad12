import { hash, randomUUIDv7 } from 'node:crypto';
import type { FilemillError } from '#domain/errors.ts';
import type { UploadFileResponse, UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { never } from '#platform/abort.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { fromServiceError, isRetryable } from '#platform/rpc/errors.ts';
import { type RetryOptions, withRetry } from '#platform/rpc/retry.ts';
import { Semaphore } from '#platform/semaphore.ts';
import type { TraceContext } from '#platform/telemetry/trace-context.ts';
import { inSpans, startSpan } from '#platform/telemetry/traces.ts';
import { CallBound } from './call-bound.ts';
import { memoryContent } from './upload-content.ts';
import { type UploadFileOptions, uploadFile } from './upload-file.ts';
import type { UploadCandidate } from './upload-paths.ts';
import { resumableFromBytes, uploadResumable } from './upload-resumable.ts';
import { maxWholeBytes, UploadStream } from './upload-stream.ts';

/** The server's acknowledgement of one file, or the reason why there is none. */
export type UploadOutcome =
  | { readonly file: UploadCandidate; readonly receipt: UploadFileResponse; readonly error: null }
  | { readonly file: UploadCandidate; readonly receipt: null; readonly error: FilemillError };

export interface UploadFilesOptions extends RetryOptions, Pick<UploadFileOptions, 'onKept'> {
  /** Large files at a time; in place of each, 1 MiB of small ones may be in flight, all over one stream. */
  readonly concurrency: number;
  /** Each file gets a random key otherwise. Only an upload with a given key can be resumed by a later run. */
  readonly idempotencyKey?: string;
  /** The files belong to this batch. */
  readonly batch?: string;
  /** The priority of the file; that of its batch unless given, or normal. */
  readonly priority?: string;
  readonly onOutcome: (outcome: UploadOutcome) => void | Promise<void>;
  /** Receives the bytes sent since the last call; negative when a file starts again. */
  readonly onBytes?: (difference: number) => void;
}

/** Bytes of small files in place of one large file: 8 slots fit about 1,000 files of 4 KiB, which occupy a server. */
const memoryForSmall = 1024 * 1024;

/** Roughly what a file needs beside its content until it is acknowledged. */
const bytesBeside = 4 * 1024;

/**
 * Uploads many files, a few at a time; a file that fails does not stop the others. When the server stays away for
 * `forMs`, all remaining files get that error at once. When the signal is aborted, no more files are begun and those
 * in flight end with an error.
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
  let failure: unknown;

  async function attempt(file: UploadCandidate, send: Send): Promise<UploadOutcome> {
    // Each file is a trace of its own, however many there are.
    const span = startSpan('filemill upload', { kind: 'client', root: true });
    try {
      const receipt = await inSpans([span], async () => {
        outage.signal.throwIfAborted();
        const stored = await send(span.trace);
        span.set({ 'filemill.file.id': stored.id, 'filemill.file.size': Number(stored.size) });
        return stored;
      });
      return { file, receipt, error: null };
    } catch (cause) {
      const error = cutShortBy(outage.signal, fromServiceError(cause));
      if (isRetryable(error) && !each.signal.aborted) outage.abort(error);
      return { file, receipt: null, error };
    }
  }

  for await (const file of candidates) {
    if (signal.aborted) break;
    const whole = readSmall(file);
    const bytes = bytesBeside + (Buffer.isBuffer(whole) ? whole.length : 0);
    // This wait needs no signal: permits are free at the latest when all files before have failed.
    const permit = await (whole === undefined ? large.take(never) : small.take(never, bytes));
    const send =
      whole === undefined
        ? (trace?: TraceContext) => uploadOne(uploads, file, { ...each, trace })
        : async (trace?: TraceContext) =>
            await uploadWhole({ uploads, stream }, file, await whole, trace === undefined ? each : { ...each, trace });
    void attempt(file, send)
      .then(onOutcome)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => permit[Symbol.dispose]());
  }
  // All files have ended when all permits are free.
  for (const semaphore of [large, small]) await semaphore.take(never, semaphore.size);
  if (failure !== undefined) throw failure;
}

type Send = (trace: TraceContext | undefined) => Promise<UploadFileResponse>;

/** Reads the content, or the reason why that fails; undefined when the file has to be sent in pieces. */
function readSmall(file: UploadCandidate): Buffer | Promise<never> | undefined {
  try {
    return file.readWhole?.(maxWholeBytes);
  } catch (error) {
    const failure = Promise.reject(error);
    failure.catch(() => undefined);
    return failure;
  }
}

/** When one file finds the server gone, the files that it stops get the same error. */
function cutShortBy(outage: AbortSignal, error: FilemillError): FilemillError {
  return outage.aborted && isRetryable(error) ? (outage.reason as FilemillError) : error;
}

type OneFileOptions = UploadFilesOptions & { readonly bound: CallBound; readonly trace?: TraceContext | undefined };

async function uploadWhole(
  { uploads, stream }: { readonly uploads: RpcClient<typeof UploadService>; readonly stream: UploadStream },
  { filename, path }: UploadCandidate,
  content: Buffer,
  options: OneFileOptions,
): Promise<UploadFileResponse> {
  const { idempotencyKey = randomUUIDv7(), batch = '', priority = '', onBytes, trace } = options;
  const metadata = { filename, path, size: BigInt(content.length), idempotencyKey, batch, priority };
  const file = { metadata, content, sha256: hash('sha256', content), traceparent: trace?.traceparent };
  let first: Promise<UploadFileResponse> | undefined = stream.send(file);
  // The machinery of retries is set up only for a file that fails.
  const receipt = await first.catch(() => {
    const send = () => {
      const sent = first ?? stream.send(file);
      first = undefined;
      return sent;
    };
    const { onBytes: _, ...retry } = options;
    const inPieces = { filename, path, idempotencyKey, batch, priority, content: memoryContent(content) };
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
  { idempotencyKey: givenKey, batch = '', priority = '', onBytes, ...options }: OneFileOptions,
): Promise<UploadFileResponse> {
  const [idempotencyKey, mayResume] = [givenKey ?? randomUUIDv7(), givenKey !== undefined];
  const { filename, path } = candidate;
  await using content = await candidate.open(options.signal);
  let sent = 0;
  const onSent = (bytes: number) => {
    onBytes?.(bytes - sent);
    sent = bytes;
  };
  const file = { filename, path, idempotencyKey, batch, priority, content };
  const { size = Number.POSITIVE_INFINITY } = content;
  const { bytes } = options.bound;
  const inPieces = () => uploadResumable(uploads, file, { ...options, onSent, mayResume });
  if (size >= Math.min(bytes, resumableFromBytes)) return await inPieces();
  return await unlessTooLarge(
    () => uploadFile(uploads, file, { ...options, onSent }),
    () => {
      options.bound.narrow(bytes);
      return inPieces();
    },
  );
}

/** A proxy that refuses one large call may accept several smaller ones. */
async function unlessTooLarge<T>(send: () => Promise<T>, sendInPieces: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (fromServiceError(error).reason !== 'PROXY_LIMIT') throw error;
    return await sendInPieces();
  }
}
