import type { MessageInitShape } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import type {
  AppendUploadRequestSchema,
  PartialUpload,
  UploadFileResponse,
  UploadService,
} from '#gen/filemill/v1/upload_service_pb.ts';
import { sleep } from '#platform/abort.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { fromServiceError, isRetryable, isUnimplemented } from '#platform/rpc/errors.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { unlessStalled } from '#platform/rpc/stall-timer.ts';
import { CallBound } from './call-bound.ts';
import { PrefixHash } from './prefix-hash.ts';
import { chunkBytes } from './upload-content.ts';
import {
  declaredSize,
  type FileToUpload,
  messagesTakenUnseen,
  type UploadFileOptions,
  uploadFile,
} from './upload-file.ts';

/**
 * Bytes from which a file is worth an upload that can be resumed: below, sending it once more takes less time than
 * most links need to come back, and the call that begins an upload costs two syncs.
 */
export const resumableFromBytes = 16 * 1024 * 1024;

/** How often to look how far another process has come. */
const watchMs = 1_000;

/** For taking away what nobody will go on with. */
const cancelTimeoutMs = 3_000;

/**
 * Sends one file over as many calls as it takes: after each break, also that of an earlier process with the same
 * idempotency key, it goes on with the byte that the server asks for. When this resolves, the server keeps the file. When it
 * rejects, the server has bytes of it only where somebody may come again for them. A server of an earlier version
 * gets it over one stream.
 *
 * @param options `bound` is learned from what proxies refuse, for the calls after
 * @throws FilemillError the refusal, or what was met last when the time for trying ran out
 */
export async function uploadResumable(
  uploads: RpcClient<typeof UploadService>,
  file: FileToUpload,
  options: ResumableOptions,
): Promise<UploadFileResponse> {
  const upload = new ResumableUpload(uploads, file, options);
  try {
    return await withRetry((onProgress) => upload.goOn(onProgress), options);
  } catch (cause) {
    const error = fromServiceError(cause);
    if (isUnimplemented(error)) return await uploadFile(uploads, file, options);
    const canGoOn = options.signal.aborted || isRetryable(error);
    if (!canGoOn || !isWorthKeeping(file, options)) await upload.cancel();
    else if (upload.isBegun) options.onKept?.();
    throw cause;
  }
}

export interface ResumableOptions extends UploadFileOptions {
  readonly bound?: CallBound;
}

/** What came through a pipe cannot be read from where the server is. */
function isWorthKeeping({ content }: FileToUpload, { mayComeAgain = false }: UploadFileOptions): boolean {
  return mayComeAgain && content.isRepeatable;
}

class ResumableUpload {
  readonly #uploads: RpcClient<typeof UploadService>;
  readonly #file: FileToUpload;
  readonly #options: UploadFileOptions;
  readonly #bound: CallBound;
  readonly #hash = new PrefixHash();
  #id: string | undefined;
  /** Bytes that the server has taken in. Only new ground is progress. */
  #farthest = 0;
  #onProgress: () => void = () => undefined;
  /** Another process may be sending the same file. */
  #hasCompany = false;
  /** Bytes that another process has sent are among those that the server has: they may be others than ours. */
  #hasForeignBytes = false;

  constructor(uploads: RpcClient<typeof UploadService>, file: FileToUpload, options: ResumableOptions) {
    this.#uploads = uploads;
    this.#file = file;
    this.#options = options;
    this.#bound = options.bound ?? new CallBound();
  }

  /** The server may have bytes of it. */
  get isBegun(): boolean {
    return this.#id !== undefined;
  }

  async goOn(onProgress: () => void): Promise<UploadFileResponse> {
    this.#onProgress = onProgress;
    const { content } = this.#file;
    for (let upload = await this.#find(); ; ) {
      if (upload.file !== undefined) return await this.#requireOurs(upload.file);
      const from = Number(upload.offset);
      this.#reach(from);
      await this.#hashUpTo(from);
      await content.ready(from, this.#options.signal);
      upload = await this.#appendBounded(upload.id, from);
      if (upload.file === undefined && content.size === Number(upload.offset))
        throw new FilemillError('UNAVAILABLE', 'The server took all bytes and made no file of them.');
    }
  }

  /** Takes away what the server has of it, as far as the server can be reached. */
  async cancel(): Promise<void> {
    if (this.#id === undefined) return;
    await this.#uploads.cancelUpload({ id: this.#id }, { timeoutMs: cancelTimeoutMs }).catch(() => undefined);
    this.#id = undefined;
  }

  /** How far it has come; begun now if it was not yet, or if the server knows nothing of it any more. */
  async #find(): Promise<PartialUpload> {
    if (this.#id === undefined) return await this.#begin();
    try {
      const upload = await this.#get(this.#id);
      if (upload.file !== undefined) return upload;
      return this.#hasCompany ? await this.#watch(upload) : await this.#settled(upload);
    } catch (cause) {
      throw this.#tryAgainOn(cause);
    }
  }

  async #begin(): Promise<PartialUpload> {
    const { filename, path, idempotencyKey, content } = this.#file;
    const metadata = { filename, path, idempotencyKey, sha256AtClose: true, ...declaredSize(content) };
    const { signal } = this.#options;
    const upload = (await this.#uploads.beginUpload({ metadata }, { signal })).upload as PartialUpload;
    this.#id = upload.id;
    if (upload.file !== undefined) return { ...upload, file: { ...upload.file, duplicate: true } };
    if (upload.offset === 0n) return upload;
    if (content.isRepeatable) {
      this.#hasForeignBytes = true;
      return await this.#watch(upload);
    }
    await this.cancel();
    throw new FilemillError('UNAVAILABLE', 'The bytes of an earlier upload were in the way.');
  }

  async #get(id: string): Promise<PartialUpload> {
    return (await this.#uploads.getUpload({ id }, { signal: this.#options.signal })).upload as PartialUpload;
  }

  /** Two that send at once would only interrupt each other: while another gets on with the upload, this one waits. */
  async #watch(seen: PartialUpload): Promise<PartialUpload> {
    const { signal } = this.#options;
    for (let last = seen; ; ) {
      await sleep(watchMs, signal);
      if (signal.aborted) throw stopped();
      const now = await this.#get(last.id);
      if (now.file !== undefined) return now;
      if (now.offset === last.offset) {
        this.#hasCompany = false;
        return await this.#settled(now);
      }
      this.#reach(Number(now.offset));
      last = now;
    }
  }

  #reach(bytes: number): void {
    if (bytes <= this.#farthest) return;
    this.#farthest = bytes;
    this.#onProgress();
  }

  /** Hashes our copy of what the server has from another process. */
  async #hashUpTo(end: number): Promise<void> {
    const { content } = this.#file;
    while (this.#hash.hashed < Math.min(end, content.size ?? end)) {
      let position = this.#hash.hashed;
      await content.ready(position, this.#options.signal);
      for await (const chunk of content.chunks(position)) {
        if (this.#options.signal.aborted) throw stopped();
        this.#hash.update(position, chunk.subarray(0, end - position));
        position += chunk.length;
        if (position >= end) break;
      }
    }
  }

  /** @throws FilemillError IDEMPOTENCY_KEY_REUSED when the file has other content than ours */
  async #requireOurs(file: UploadFileResponse): Promise<UploadFileResponse> {
    await this.#hashUpTo(Number.POSITIVE_INFINITY);
    if (file.sha256 === '' || file.sha256 === this.#hash.digest()) return file;
    // The file stays, and so does what is known of its upload.
    this.#id = undefined;
    throw new FilemillError('IDEMPOTENCY_KEY_REUSED', undefined, { facts: { id: file.id } });
  }

  /**
   * Where to go on after a break. An append of nothing ends what is left of an earlier one, which would move the offset;
   * and it, not a window full of bytes each time, waits for the lock of a server that died.
   */
  async #settled({ id, offset }: PartialUpload): Promise<PartialUpload> {
    const nothing = async function* () {
      yield { part: { case: 'start' as const, value: { id, offset } } };
    };
    const call = (options: object) => this.#uploads.appendUpload(nothing(), options);
    return (await unlessStalled(0, this.#options.signal, call, () => undefined)).upload as PartialUpload;
  }

  /** As much of the rest as a proxy lets through: all of it, until one refuses. */
  async #appendBounded(id: string, offset: number): Promise<PartialUpload> {
    const { bytes } = this.#bound;
    try {
      return await this.#append(id, offset, offset + bytes);
    } catch (error) {
      if (fromServiceError(error).reason !== 'PROXY_LIMIT' || !this.#bound.narrow(bytes)) throw error;
      return await this.#find();
    }
  }

  async #append(id: string, offset: number, until: number): Promise<PartialUpload> {
    const { size = offset } = this.#file.content;
    let sent = offset;
    const messages = this.#messages(id, [offset, until], (position) => {
      sent = position;
      this.#options.onSent?.(position);
    });
    const call = (options: object) => this.#uploads.appendUpload(messages, options);
    const onTaken = (count: number) => this.#reach(Math.min(sent, offset + (count - messagesTakenUnseen) * chunkBytes));
    try {
      return (await unlessStalled(size, this.#options.signal, call, onTaken)).upload as PartialUpload;
    } catch (cause) {
      throw this.#tryAgainOn(cause);
    }
  }

  async *#messages(
    id: string,
    [offset, until]: readonly [number, number],
    onSent: (position: number) => void,
  ): AsyncGenerator<MessageInitShape<typeof AppendUploadRequestSchema>> {
    const { content } = this.#file;
    yield { part: { case: 'start', value: { id, offset: BigInt(offset) } } };
    let position = offset;
    onSent(position);
    for await (const read of content.chunks(offset)) {
      const chunk = read.subarray(0, until - position);
      this.#hash.update(position, chunk);
      yield { part: { case: 'chunk', value: chunk } };
      position += chunk.length;
      onSent(position);
      if (position >= until) break;
    }
    if (position === content.size) yield { part: { case: 'closing', value: { sha256: this.#hash.digest() } } };
  }

  /** Makes an error that trying again cannot mend one that it can, where asking the server anew will. */
  #tryAgainOn(cause: unknown): FilemillError {
    const error = fromServiceError(cause);
    switch (error.reason) {
      case 'UPLOAD_LOCKED':
      case 'OFFSET_MISMATCH':
        this.#hasCompany = true;
        this.#hasForeignBytes = true;
        break;
      case 'UPLOAD_NOT_FOUND':
        this.#id = undefined;
        break;
      case 'CHECKSUM_MISMATCH':
        // The server has let go of all bytes. One that did not come from the server is about our own file.
        if (!this.#hasForeignBytes || error.cause === undefined) return error;
        this.#hasForeignBytes = false;
        this.#id = undefined;
        break;
      default:
        return error;
    }
    return new FilemillError('UNAVAILABLE', error.message, { cause: error });
  }
}

function stopped(): FilemillError {
  return new FilemillError('UNAVAILABLE', 'Stopped before all was sent.');
}
