import type { MessageInitShape } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import type {
  AppendUploadRequestSchema,
  PartialUpload,
  UploadFileResponse,
  UploadService,
} from '#gen/filemill/v1/upload_service_pb.ts';
import { fromServiceError, isUnimplemented } from '#platform/rpc/errors.ts';
import { PrefixHash } from './prefix-hash.ts';
import { withRetry } from './retry.ts';
import type { RpcClient } from './rpc-client.ts';
import { unlessStalled } from './stall-timer.ts';
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

/**
 * Sends one file over as many calls as it takes: after each break it goes on with the byte that the server asks for.
 * When this resolves, the server keeps the file. A server of an earlier version gets it over one stream.
 *
 * @throws FilemillError the refusal, or what was met last when the time for trying ran out
 */
export async function uploadResumable(
  uploads: RpcClient<typeof UploadService>,
  file: FileToUpload,
  options: UploadFileOptions,
): Promise<UploadFileResponse> {
  const upload = new ResumableUpload(uploads, file, options);
  try {
    return await withRetry((onProgress) => upload.goOn(onProgress), options);
  } catch (error) {
    if (isUnimplemented(fromServiceError(error))) return await uploadFile(uploads, file, options);
    throw error;
  }
}

class ResumableUpload {
  readonly #uploads: RpcClient<typeof UploadService>;
  readonly #file: FileToUpload;
  readonly #options: UploadFileOptions;
  readonly #hash = new PrefixHash();
  #id: string | undefined;
  /** Bytes that the server has taken in. Only new ground is progress. */
  #farthest = 0;

  constructor(uploads: RpcClient<typeof UploadService>, file: FileToUpload, options: UploadFileOptions) {
    this.#uploads = uploads;
    this.#file = file;
    this.#options = options;
  }

  async goOn(onProgress: () => void): Promise<UploadFileResponse> {
    const { content } = this.#file;
    const reach = (bytes: number) => {
      if (bytes <= this.#farthest) return;
      this.#farthest = bytes;
      onProgress();
    };
    for (let upload = await this.#find(); ; ) {
      if (upload.file !== undefined) return upload.file;
      const from = Number(upload.offset);
      reach(from);
      await content.ready(from, this.#options.signal);
      upload = await this.#append(upload.id, from, reach);
      if (upload.file === undefined && content.size === Number(upload.offset))
        throw new FilemillError('UNAVAILABLE', 'The server took all bytes and made no file of them.');
    }
  }

  /** How far it has come; begun now if it was not yet, or if the server knows nothing of it any more. */
  async #find(): Promise<PartialUpload> {
    const { signal } = this.#options;
    if (this.#id === undefined) {
      const { filename, path, idempotencyKey, content } = this.#file;
      const metadata = { filename, path, idempotencyKey, sha256AtClose: true, ...declaredSize(content) };
      const { upload } = await this.#uploads.beginUpload({ metadata }, { signal });
      this.#id = upload?.id;
      return upload as PartialUpload;
    }
    try {
      const upload = (await this.#uploads.getUpload({ id: this.#id }, { signal })).upload as PartialUpload;
      return upload.file === undefined ? await this.#settled(upload) : upload;
    } catch (cause) {
      throw this.#tryAgainOn(cause, 'OFFSET_MISMATCH', 'UPLOAD_NOT_FOUND');
    }
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

  async #append(id: string, offset: number, reach: (bytes: number) => void): Promise<PartialUpload> {
    const { size = offset } = this.#file.content;
    let sent = offset;
    const messages = this.#messages(id, offset, (position) => {
      sent = position;
      this.#options.onSent?.(position);
    });
    const call = (options: object) => this.#uploads.appendUpload(messages, options);
    const onTaken = (count: number) => reach(Math.min(sent, offset + (count - messagesTakenUnseen) * chunkBytes));
    try {
      return (await unlessStalled(size, this.#options.signal, call, onTaken)).upload as PartialUpload;
    } catch (cause) {
      throw this.#tryAgainOn(cause, 'OFFSET_MISMATCH', 'UPLOAD_NOT_FOUND');
    }
  }

  async *#messages(
    id: string,
    offset: number,
    onSent: (position: number) => void,
  ): AsyncGenerator<MessageInitShape<typeof AppendUploadRequestSchema>> {
    const { content } = this.#file;
    yield { part: { case: 'start', value: { id, offset: BigInt(offset) } } };
    let position = offset;
    onSent(position);
    for await (const chunk of content.chunks(offset)) {
      this.#hash.update(position, chunk);
      yield { part: { case: 'chunk', value: chunk } };
      position += chunk.length;
      onSent(position);
    }
    if (position === content.size) yield { part: { case: 'closing', value: { sha256: this.#hash.digest() } } };
  }

  /** What asking the server anew will mend. */
  #tryAgainOn(cause: unknown, ...mendable: FilemillError['reason'][]): FilemillError {
    const error = fromServiceError(cause);
    if (!mendable.includes(error.reason)) return error;
    if (error.reason === 'UPLOAD_NOT_FOUND') this.#id = undefined;
    return new FilemillError('UNAVAILABLE', error.message, { cause: error });
  }
}
