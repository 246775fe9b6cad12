import { randomUUID } from 'node:crypto';
import type { FilemillError } from '#domain/errors.ts';
import type { UploadFileResponse, UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { fromServiceError, isRetryable } from '#platform/rpc/errors.ts';
import type { RetryOptions } from './retry.ts';
import type { RpcClient } from './rpc-client.ts';
import { uploadFile } from './upload-file.ts';
import type { UploadCandidate } from './upload-paths.ts';

/** What became of one file: the server's acknowledgement, or why there is none. */
export type UploadOutcome =
  | { readonly file: UploadCandidate; readonly receipt: UploadFileResponse; readonly error: null }
  | { readonly file: UploadCandidate; readonly receipt: null; readonly error: FilemillError };

export interface UploadFilesOptions extends RetryOptions {
  /** Streams at a time. */
  readonly concurrency: number;
  /** For a caller that makes the decision to upload more than once; a random key for each file otherwise. */
  readonly idempotencyKey?: string;
  readonly onOutcome: (outcome: UploadOutcome) => void | Promise<void>;
  /** Bytes on their way since the last call; negative when a file starts again. */
  readonly onBytes?: (difference: number) => void;
}

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
  const queue = candidates[Symbol.asyncIterator]();
  const outage = new AbortController();
  const stop = AbortSignal.any([signal, outage.signal]);

  async function lane(): Promise<void> {
    while (!signal.aborted) {
      const next = await queue.next();
      if (next.done) return;
      const outcome = await attempt(next.value);
      if (outcome.error !== null && isRetryable(outcome.error) && !stop.aborted) outage.abort(outcome.error);
      await onOutcome(outcome);
    }
  }

  async function attempt(file: UploadCandidate): Promise<UploadOutcome> {
    if (outage.signal.aborted) return { file, receipt: null, error: outage.signal.reason as FilemillError };
    try {
      return { file, receipt: await uploadOne(uploads, file, { ...options, signal: stop }), error: null };
    } catch (error) {
      return { file, receipt: null, error: cutShortBy(outage.signal, fromServiceError(error)) };
    }
  }

  await Promise.all(Array.from({ length: concurrency }, lane));
}

/** A file that was cut short because another one found the server gone shares that one's reason. */
function cutShortBy(outage: AbortSignal, error: FilemillError): FilemillError {
  return outage.aborted && isRetryable(error) ? (outage.reason as FilemillError) : error;
}

async function uploadOne(
  uploads: RpcClient<typeof UploadService>,
  { filename, path, open }: UploadCandidate,
  { idempotencyKey = randomUUID(), onBytes, ...options }: UploadFilesOptions,
): Promise<UploadFileResponse> {
  await using content = await open();
  let sent = 0;
  const onSent = (bytes: number) => {
    onBytes?.(bytes - sent);
    sent = bytes;
  };
  return await uploadFile(uploads, { filename, path, idempotencyKey, content }, { ...options, onSent });
}
