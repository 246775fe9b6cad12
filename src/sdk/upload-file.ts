import { createHash } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { UploadFileRequestSchema, UploadFileResponse, UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { type RetryOptions, withRetry } from '#platform/rpc/retry.ts';
import { unlessStalled } from '#platform/rpc/stall-timer.ts';
import { chunkBytes, type UploadContent } from './upload-content.ts';

/** What is sent, and under which names. */
export interface FileToUpload {
  readonly filename: string;
  /** Where it lay relative to the folder given; may be empty. */
  readonly path: string;
  /** One for each file and decision to upload it: all tries carry the same. */
  readonly idempotencyKey: string;
  readonly content: UploadContent;
}

export interface UploadFileOptions extends RetryOptions {
  /** Told how many bytes of the file are on their way; starts again from where the server is with every try. */
  readonly onSent?: (bytes: number) => void;
  /** Somebody knows the idempotency key and may come again, so that what the server has is worth keeping. */
  readonly mayComeAgain?: boolean;
  /** Told, before the upload rejects, that the server keeps what it has for them. */
  readonly onKept?: () => void;
}

/**
 * Sends one file over one stream, with the SHA-256 of what was sent to close it, and tries again while
 * the server is away. When this resolves, the server keeps the file.
 *
 * @throws FilemillError the refusal, or what was met last when the time for trying ran out
 */
export async function uploadFile(
  uploads: RpcClient<typeof UploadService>,
  file: FileToUpload,
  options: UploadFileOptions,
): Promise<UploadFileResponse> {
  // Only new ground is progress: a server that fails at the same place each time is not tried for ever.
  let farthest = messagesTakenUnseen;
  return await withRetry(
    (onProgress) =>
      sendOnce(uploads, file, options, (taken) => {
        if (taken <= farthest) return;
        farthest = taken;
        onProgress();
      }),
    options,
  );
}

async function sendOnce(
  uploads: RpcClient<typeof UploadService>,
  file: FileToUpload,
  { signal, onSent }: UploadFileOptions,
  onMessagesTaken: (count: number) => void,
): Promise<UploadFileResponse> {
  const call = (streamOptions: object) => uploads.uploadFile(messages(file, onSent), streamOptions);
  return await unlessStalled(file.content.size ?? 0, signal, call, onMessagesTaken);
}

async function* messages(
  { filename, path, idempotencyKey, content }: FileToUpload,
  onSent?: (bytes: number) => void,
): AsyncGenerator<MessageInitShape<typeof UploadFileRequestSchema>> {
  const metadata = { filename, path, idempotencyKey, sha256AtClose: true, ...declaredSize(content) };
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

/** For the metadata, once it is known. */
export function declaredSize({ size }: UploadContent): { readonly size?: bigint } {
  return size === undefined ? {} : { size: BigInt(size) };
}

/** The first message and the first MiB of chunks: these are taken even where no server is. */
export const messagesTakenUnseen = 1 + 1024 ** 2 / chunkBytes;
