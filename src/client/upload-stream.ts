import type { MessageInitShape } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import type {
  UploadFileResponse,
  UploadManyRequestSchema,
  UploadMetadataSchema,
  UploadPartSchema,
  UploadService,
} from '#gen/filemill/v1/upload_service_pb.ts';
import { GatheringQueue } from '#platform/gathering-queue.ts';
import { fromRpcStatus, fromServiceError } from '#platform/rpc/errors.ts';
import type { RpcClient } from './rpc-client.ts';

/** A file that fits in one message. */
export interface WholeFile {
  readonly metadata: MessageInitShape<typeof UploadMetadataSchema>;
  readonly content: Uint8Array;
  /** Of the content, as 64 hex digits; empty for none. */
  readonly sha256: string;
}

/** Largest file that is sent as a whole: a message may hold 1 MiB. */
export const maxWholeBytes = 256 * 1024;

/** Bytes of content after which a message takes no more files. */
const messageBytes = 256 * 1024;
const messageFiles = 64;

/** Without any answer for so long the server is as good as gone. */
const stallMs = 60_000;

/**
 * Sends many small files over one stream of UploadMany, those together in a message that came while the last one
 * was on its way. The stream is opened by the first file and again after it broke; all files that had no answer
 * reject then, and may be sent again with the same idempotency keys.
 */
export class UploadStream implements Disposable {
  readonly #uploads: RpcClient<typeof UploadService>;
  readonly #signal: AbortSignal;
  #open: OpenStream | undefined;

  constructor(uploads: RpcClient<typeof UploadService>, signal: AbortSignal) {
    this.#uploads = uploads;
    this.#signal = signal;
  }

  /**
   * Resolves when the server keeps the file.
   *
   * @throws FilemillError the refusal, or what broke the stream
   */
  send(file: WholeFile): Promise<UploadFileResponse> {
    if (this.#open?.over !== false) this.#open = new OpenStream(this.#uploads, this.#signal);
    return this.#open.send(file);
  }

  /** Sends nothing more; what was sent is still answered. */
  [Symbol.dispose](): void {
    this.#open?.end();
  }
}

interface Waiting {
  resolve(receipt: UploadFileResponse): void;
  reject(error: FilemillError): void;
}

class OpenStream {
  readonly #queue = new GatheringQueue<MessageInitShape<typeof UploadPartSchema>>(messageFiles);
  readonly #unanswered = new Map<number, Waiting>();
  readonly #cancel = new AbortController();
  readonly #stall: NodeJS.Timeout;
  #sequence = 0;
  /** It takes no more files. */
  over = false;

  constructor(uploads: RpcClient<typeof UploadService>, signal: AbortSignal) {
    this.#stall = setTimeout(() => this.#onStall(), stallMs).unref();
    void this.#run(uploads, AbortSignal.any([signal, this.#cancel.signal]));
  }

  send({ metadata, content, sha256 }: WholeFile): Promise<UploadFileResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<UploadFileResponse>();
    const sequence = this.#sequence;
    this.#sequence = (this.#sequence + 1) % 2 ** 32;
    this.#unanswered.set(sequence, { resolve, reject });
    this.#queue.push({ sequence, metadata, content, closing: { sha256 } });
    return promise;
  }

  end(): void {
    this.over = true;
    this.#queue.close();
  }

  async #run(uploads: RpcClient<typeof UploadService>, signal: AbortSignal): Promise<void> {
    let error = new FilemillError('UNAVAILABLE', 'The server ended the stream before it had answered.');
    try {
      for await (const { answers } of uploads.uploadMany(this.#messages(), { signal })) {
        this.#stall.refresh();
        for (const { sequence, outcome } of answers) {
          const waiting = this.#unanswered.get(sequence);
          this.#unanswered.delete(sequence);
          if (outcome.case === 'file') waiting?.resolve(outcome.value);
          else if (outcome.case === 'error') waiting?.reject(fromRpcStatus(outcome.value));
        }
      }
    } catch (cause) {
      error = this.#cancel.signal.aborted ? (this.#cancel.signal.reason as FilemillError) : fromServiceError(cause);
    }
    clearTimeout(this.#stall);
    this.end();
    for (const waiting of this.#unanswered.values()) waiting.reject(error);
  }

  async *#messages(): AsyncGenerator<MessageInitShape<typeof UploadManyRequestSchema>> {
    for await (const parts of this.#queue.batches()) {
      let [from, bytes] = [0, 0];
      for (const [at, { content }] of parts.entries()) {
        bytes += content?.length ?? 0;
        if (bytes < messageBytes) continue;
        yield { parts: parts.slice(from, at + 1) };
        [from, bytes] = [at + 1, 0];
      }
      if (from < parts.length) yield { parts: parts.slice(from) };
    }
  }

  /** Nobody waits: then silence is no stall. */
  #onStall(): void {
    if (this.#unanswered.size === 0) this.#stall.refresh();
    else this.#cancel.abort(new FilemillError('UNAVAILABLE', 'The server answered nothing for too long.'));
  }
}
