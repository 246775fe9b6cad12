import { createHash } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { UploadFileRequestSchema, UploadFileResponse, UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { type RetryOptions, withRetry } from '#platform/rpc/retry.ts';
import { unlessStalled } from '#platform/rpc/stall-timer.ts';
import type { TraceContext } from '#platform/telemetry/trace-context.ts';
import { chunksKept, type UploadContent } from './upload-content.ts';

export interface FileToUpload {
  readonly filename: string;
  /** Relative to the folder given; may be empty. */
  readonly path: string;
  /** All retries of one upload carry the same key. */
  readonly idempotencyKey: string;
  /** Empty for none. */
  readonly batch?: string;
  /** Empty for that of the batch, or normal. */
  readonly priority?: string;
  readonly content: UploadContent;
}

export interface UploadFileOptions extends RetryOptions {
  /** Receives the number of bytes sent; each retry starts again from the server's offset. */
  readonly onSent?: (bytes: number) => void;
  /** The caller knows the idempotency key and may resume later, so the server should keep a partial upload. */
  readonly mayResume?: boolean;
  /** Called before the upload rejects when the server keeps what it has received. */
  readonly onKept?: () => void;
  /** The trace that the upload is a part of. */
  readonly trace?: TraceContext | undefined;
}

/**
 * Sends one file over one stream, closed by the SHA-256 of what was sent, and retries while the server is away. When
 * this resolves, the file is stored.
 *
 * @throws FilemillError the refusal, or the last failure when the time for retries ran out
 */
export async function uploadFile(
  uploads: RpcClient<typeof UploadService>,
  file: FileToUpload,
  options: UploadFileOptions,
): Promise<UploadFileResponse> {
  // Only bytes beyond the farthest offset are progress, so that failing at one place again and again ends the retries.
  let farthest = messagesTakenUnseen;
  const { trace, onSent } = options;
  const call = (callOptions: object) => uploads.uploadFile(messages(file, onSent), { ...callOptions, trace });
  return await withRetry((onProgress) => {
    const onMessagesTaken = (taken: number) => {
      if (taken <= farthest) return;
      farthest = taken;
      onProgress();
    };
    return unlessStalled(file.content.size ?? 0, options.signal, call, onMessagesTaken);
  }, options);
}

async function* messages(
  { filename, path, idempotencyKey, batch = '', priority = '', content }: FileToUpload,
  onSent?: (bytes: number) => void,
): AsyncGenerator<MessageInitShape<typeof UploadFileRequestSchema>> {
  const metadata = { filename, path, idempotencyKey, batch, priority, sha256AtClose: true, ...declaredSize(content) };
  yield { part: { case: 'metadata', value: metadata } };
  const hash = createHash('sha256');
  let sent = 0;
  onSent?.(sent);
  for await (const chunk of content.chunks()) {
    hash.update(chunk);
    yield { part: { case: 'chunk', value: chunk } };
    sent += chunk.length;
    onSent?.(sent);
  }
  yield { part: { case: 'closing', value: { sha256: hash.digest('hex') } } };
}

/** The size as a part of the metadata, if it is known. */
export function declaredSize({ size }: UploadContent): { readonly size?: bigint } {
  return size === undefined ? {} : { size: BigInt(size) };
}

/** The transport buffers the first message and the first MiB of chunks even when there is no server. */
export const messagesTakenUnseen = 1 + chunksKept;
