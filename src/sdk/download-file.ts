import { FilemillError } from '#domain/errors.ts';
import type { DownloadHeader, DownloadService } from '#gen/filemill/v1/download_service_pb.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { type RetryOptions, withRetry } from '#platform/rpc/retry.ts';
import { PrefixHash } from './prefix-hash.ts';

type Downloads = RpcClient<typeof DownloadService>;

/** Where the bytes go, in order. */
export interface DownloadSink {
  /** The bytes that are there already, which are not downloaded again. */
  readonly size: number;
  /** Those bytes. */
  read(): AsyncIterable<Uint8Array>;
  write(chunk: Uint8Array): Promise<void>;
}

export interface DownloadOptions extends RetryOptions {
  /** Receives the number of bytes that are there. */
  readonly onReceived?: (bytes: number) => void;
}

/** Asks for the name, size and SHA-256 of a file. @throws FilemillError FILE_NOT_FOUND */
export async function describeDownload(
  downloads: Downloads,
  id: string,
  options: RetryOptions,
): Promise<DownloadHeader> {
  return await withRetry(async () => {
    for await (const { part } of downloads.download({ id, length: 0n }, options))
      if (part.case === 'header') return part.value;
    throw new FilemillError('UNAVAILABLE', 'The server answered nothing.');
  }, options);
}

/**
 * Downloads what the sink lacks of a file, over as many calls as it takes. When this resolves, the sink has all bytes, and
 * they have the SHA-256 of the file if it is known.
 *
 * @throws FilemillError DOWNLOAD_DAMAGED, the refusal, or the last failure when the time for retries ran out
 */
export async function downloadFile(
  downloads: Downloads,
  { id, size, sha256 }: DownloadHeader,
  sink: DownloadSink,
  { onReceived, ...options }: DownloadOptions,
): Promise<void> {
  const hash = new PrefixHash();
  for await (const chunk of sink.read()) hash.update(hash.hashed, chunk);
  await withRetry(async (onProgress) => {
    if (BigInt(sink.size) === size) return;
    for await (const { part } of downloads.download({ id, offset: BigInt(sink.size) }, options)) {
      if (part.case !== 'chunk') continue;
      hash.update(sink.size, part.value);
      await sink.write(part.value);
      onProgress();
      onReceived?.(sink.size);
    }
    if (BigInt(sink.size) < size) throw new FilemillError('UNAVAILABLE', 'The answer broke off.');
  }, options);
  if (BigInt(sink.size) !== size || (sha256 !== '' && hash.digest() !== sha256))
    throw new FilemillError('DOWNLOAD_DAMAGED');
}
