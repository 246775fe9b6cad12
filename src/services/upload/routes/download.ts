import type { MessageInitShape } from '@bufbuild/protobuf';
import type { BlobReader, ByteRange } from '#domain/blob-store.ts';
import { FilemillError, type Reason } from '#domain/errors.ts';
import type { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import type { DownloadHeaderSchema, DownloadRequest, DownloadService } from '#gen/filemill/v1/download_service_pb.ts';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import { outgoing } from '#platform/rpc/call-context.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import type { Semaphore } from '#platform/semaphore.ts';
import { openContent, type StoredContent } from '../downloads/stored-content.ts';

export interface DownloadContext {
  readonly reader: BlobReader;
  readonly lifecycle: Pick<RpcClient<typeof FileLifecycleService>, 'locateFile'>;
  /** Downloads at once. */
  readonly downloads: Semaphore;
  /** Aborted when the service stops: clients resume elsewhere. */
  readonly stopping: AbortSignal;
}

export function download(context: DownloadContext): ServiceHandlers<typeof DownloadService>['download'] {
  return async function* (request, call) {
    using place = context.downloads.tryTake();
    if (place === undefined) throw new FilemillError('OVERLOADED');
    const { file, content } = await open(context, request.id, outgoing(call));
    await using _ = content;
    const range = rangeOf(request, Number(file.size));
    yield { part: { case: 'header', value: headerOf(file, range) } };
    for await (const chunk of content.chunks(range)) {
      if (context.stopping.aborted) throw new FilemillError('SHUTTING_DOWN');
      yield { part: { case: 'chunk', value: chunk } };
    }
  };
}

interface Opened {
  readonly file: File;
  readonly content: StoredContent;
}

/** Compaction may move the bytes, or a caller delete the file, between the look-up and the opening: so it looks again. */
async function open(context: DownloadContext, id: string, onward: CallOptions): Promise<Opened> {
  const located = await locate(context, id, onward);
  try {
    return await openLocated(context, located);
  } catch (error) {
    if (!(error instanceof FilemillError) || !mayHaveMoved.includes(error.reason)) throw error;
    const again = await locate(context, id, onward);
    if (again.storageKey === located.storageKey) throw error;
    return await openLocated(context, again);
  }
}

const mayHaveMoved: readonly Reason[] = ['BLOB_MISSING', 'BLOB_DAMAGED'];

interface Located {
  readonly file: File;
  readonly storageKey: string;
}

async function locate({ lifecycle }: DownloadContext, id: string, onward: CallOptions): Promise<Located> {
  const { file, storageKey } = await lifecycle.locateFile({ id }, onward);
  if (file === undefined) throw new FilemillError('INTERNAL', 'The metadata service located no file.');
  return { file, storageKey };
}

async function openLocated({ reader }: DownloadContext, { file, storageKey }: Located): Promise<Opened> {
  const expected = { storageKey, size: Number(file.size), sha256: knownSha256(file) };
  return { file, content: await openContent(reader, expected) };
}

function knownSha256({ sha256, declaredSha256 }: File): string {
  return sha256 || declaredSha256;
}

/** @throws FilemillError REQUEST_INVALID, RANGE_INVALID */
function rangeOf({ offset, length }: DownloadRequest, size: number): ByteRange {
  if (offset < 0n || (length !== undefined && length < 0n))
    throw new FilemillError('REQUEST_INVALID', '`offset` and `length` must not be negative.');
  const facts = { size: String(size) };
  if (offset > size)
    throw new FilemillError('RANGE_INVALID', `The file ends at ${size} bytes, before byte ${offset}.`, { facts });
  const from = Number(offset);
  return { offset: from, length: Math.min(Number(length ?? size), size - from) };
}

function headerOf(file: File, { offset, length }: ByteRange): MessageInitShape<typeof DownloadHeaderSchema> {
  const { id, filename, size, mimeType } = file;
  return { id, filename, size, mimeType, sha256: knownSha256(file), offset: BigInt(offset), length: BigInt(length) };
}
