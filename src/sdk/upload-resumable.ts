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
 * Files of at least this size are sent resumably. Sending a smaller one again takes less time than most links need to
 * come back, and beginning an upload costs the server two syncs.
 */
export const resumableFromBytes = 16 * 1024 * 1024;

/** How often to check the progress of another process that sends the same file. */
const watchMs = 1_000;

const cancelTimeoutMs = 3_000;

/**
 * Sends one file over as many calls as it takes. After each interruption, also that of an earlier process with the same
 * idempotency key, it resumes at the offset that the server asks for. When this resolves, the file is stored. When it
 * rejects, the server keeps a partial upload only if `mayResume`. An older server gets the file over one stream.
 *
 * @param options `bound` adapts to what proxies refuse, and is shared with later calls
 * @throws FilemillError the refusal, or the last failure when the time for retries ran out
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
    // A pipe cannot be read again from the server's offset.
    if (!canGoOn || !options.mayResume || !file.content.isRepeatable) await upload.cancel();
    else if (upload.isBegun) options.onKept?.();
    throw cause;
  }
}

export interface ResumableOptions extends UploadFileOptions {
  readonly bound?: CallBound;
}

class ResumableUpload {
  readonly #uploads: RpcClient<typeof UploadService>;
  readonly #file: FileToUpload;
  readonly #options: UploadFileOptions;
  readonly #bound: CallBound;
  readonly #hash = new PrefixHash();
  #id: string | undefined;
  /** The highest offset that the server has reached. Only going beyond it is progress. */
  #farthest = 0;
  #onProgress: () => void = () => undefined;
  /** Another process may be sending the same file. */
  #hasCompany = false;
  /** The server holds bytes from another process, which may differ from ours. */
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

  /** Discards the partial upload, if the server can be reached. */
  async cancel(): Promise<void> {
    if (this.#id === undefined) return;
    await this.#uploads
      .cancelUpload({ id: this.#id }, { timeoutMs: cancelTimeoutMs, trace: this.#options.trace })
      .catch(() => undefined);
    this.#id = undefined;
  }

  /** Finds the upload's offset; begins the upload when there is none or the server has forgotten it. */
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
    const { filename, path, idempotencyKey, batch = '', priority = '', content } = this.#file;
    const metadata = { filename, path, idempotencyKey, batch, priority, sha256AtClose: true, ...declaredSize(content) };
    const { signal, trace } = this.#options;
    const upload = (await this.#uploads.beginUpload({ metadata }, { signal, trace })).upload as PartialUpload;
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
    const { signal, trace } = this.#options;
    return (await this.#uploads.getUpload({ id }, { signal, trace })).upload as PartialUpload;
  }

  /** Concurrent senders would only interrupt each other: while another process makes progress, this one waits. */
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

  /** Hashes our copy of the bytes that another process has sent. */
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

  /** @throws FilemillError IDEMPOTENCY_KEY_REUSED when the stored file differs from ours */
  async #requireOurs(file: UploadFileResponse): Promise<UploadFileResponse> {
    await this.#hashUpTo(Number.POSITIVE_INFINITY);
    if (file.sha256 === '' || file.sha256 === this.#hash.digest()) return file;
    // The stored file belongs to the other process: do not cancel its upload.
    this.#id = undefined;
    throw new FilemillError('IDEMPOTENCY_KEY_REUSED', undefined, { facts: { id: file.id } });
  }

  /**
   * Finds the offset to resume at. An empty append ends a call that is still running and would move the offset; it is
   * also the cheapest call to retry while the lock of a crashed server expires.
   */
  async #settled({ id, offset }: PartialUpload): Promise<PartialUpload> {
    const nothing = async function* () {
      yield { part: { case: 'start' as const, value: { id, offset } } };
    };
    const { signal, trace } = this.#options;
    const call = (options: object) => this.#uploads.appendUpload(nothing(), { ...options, trace });
    return (await unlessStalled(0, signal, call, () => undefined)).upload as PartialUpload;
  }

  /** Appends the rest, or as much of it as the proxies on the way accept. */
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
    const { signal, trace } = this.#options;
    const call = (options: object) => this.#uploads.appendUpload(messages, { ...options, trace });
    const onTaken = (count: number) => this.#reach(Math.min(sent, offset + (count - messagesTakenUnseen) * chunkBytes));
    try {
      return (await unlessStalled(size, signal, call, onTaken)).upload as PartialUpload;
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

  /** Makes an error retryable where a fresh look at the server's state resolves it. */
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
        // The server has discarded all bytes. Without a cause, the error is about our own file.
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
