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
import type { CallOptions } from '#platform/rpc/call-options.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { fromRpcStatus, fromServiceError, isReset } from '#platform/rpc/errors.ts';
import { CallBound } from './call-bound.ts';

/** A file that fits in one message. */
export interface WholeFile {
  readonly metadata: MessageInitShape<typeof UploadMetadataSchema>;
  readonly content: Uint8Array;
  /** The SHA-256 of the content, as 64 hex digits; empty for none. */
  readonly sha256: string;
  /** The trace that its upload is a part of, as in the header of that name. */
  readonly traceparent?: string | undefined;
}

/** Larger files are sent in pieces: a message may hold 1 MiB. */
export const maxWholeBytes = 256 * 1024;

/** A message takes no more files after this much content. */
const messageBytes = 256 * 1024;
const messageFiles = 64;

/** A server that answers nothing for this long counts as gone. */
const stallMs = 60_000;

/**
 * Sends many small files over UploadMany streams, batching those that arrive while a message is being sent. A new
 * stream is opened after one breaks, and when one carries as much as proxies accept: its files are answered while the
 * next is filled. When a stream breaks, its unanswered files reject, to be retried with the same idempotency keys.
 */
export class UploadStream implements Disposable {
  readonly #uploads: RpcClient<typeof UploadService>;
  readonly #signal: AbortSignal;
  readonly #bound: CallBound;
  readonly #options: CallOptions;
  #open: OpenStream | undefined;

  /**
   * @param bound adapts to what proxies refuse, and is shared with later streams
   * @param options of each call, such as the credentials of a caller for whom this sends
   */
  constructor(
    uploads: RpcClient<typeof UploadService>,
    signal: AbortSignal,
    bound = new CallBound(),
    options: CallOptions = {},
  ) {
    this.#uploads = uploads;
    this.#signal = signal;
    this.#bound = bound;
    this.#options = options;
  }

  /**
   * Resolves when the file is stored.
   *
   * @throws FilemillError the refusal, or the failure of the stream; PROXY_LIMIT when the file alone is too large
   */
  send(file: WholeFile): Promise<UploadFileResponse> {
    if (this.#open?.hasRoomFor(file) === false) this.#open.end();
    if (this.#open?.over !== false)
      this.#open = new OpenStream(this.#uploads, this.#signal, this.#bound, this.#options);
    return this.#open.send(file);
  }

  /** Sends no more files; those that were sent are still answered. */
  [Symbol.dispose](): void {
    this.#open?.end();
  }
}

class OpenStream {
  readonly #queue = new GatheringQueue<MessageInitShape<typeof UploadPartSchema>>(messageFiles);
  readonly #unanswered = new Map<number, PromiseWithResolvers<UploadFileResponse>>();
  readonly #cancel = new AbortController();
  readonly #stall: NodeJS.Timeout;
  readonly #bound: CallBound;
  readonly #maxBytes: number;
  #sequence = 0;
  #bytes = 0;
  /** The stream takes no more files. */
  over = false;

  constructor(uploads: RpcClient<typeof UploadService>, signal: AbortSignal, bound: CallBound, options: CallOptions) {
    this.#bound = bound;
    this.#maxBytes = bound.streamBytes;
    this.#stall = setTimeout(() => this.#onStall(), stallMs).unref();
    void this.#run(uploads, { ...options, signal: AbortSignal.any([signal, this.#cancel.signal]) });
  }

  /** The first file always fits. */
  hasRoomFor(file: WholeFile): boolean {
    return this.#sequence === 0 || this.#bytes + bytesOf(file) <= this.#maxBytes;
  }

  send(file: WholeFile): Promise<UploadFileResponse> {
    const { metadata, content, sha256, traceparent = '' } = file;
    const answer = Promise.withResolvers<UploadFileResponse>();
    const sequence = this.#sequence++;
    this.#bytes += bytesOf(file);
    this.#unanswered.set(sequence, answer);
    this.#queue.push({ sequence, metadata, content, closing: { sha256 }, traceparent });
    return answer.promise;
  }

  end(): void {
    this.over = true;
    this.#queue.close();
  }

  async #run(uploads: RpcClient<typeof UploadService>, options: CallOptions): Promise<void> {
    let error = new FilemillError('UNAVAILABLE', 'The server ended the stream before it had answered.');
    try {
      for await (const { answers } of uploads.uploadMany(this.#messages(), options)) {
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
    if (isReset(error)) this.#bound.shortenStreams(this.#maxBytes);
    if (error.reason === 'PROXY_LIMIT') error = this.#tooMuch(error);
    for (const waiting of this.#unanswered.values()) waiting.reject(error);
  }

  /** A proxy that refuses many files may accept fewer. */
  #tooMuch(error: FilemillError): FilemillError {
    const isLess = this.#bound.narrow(this.#maxBytes);
    return isLess && this.#sequence > 1 ? new FilemillError('UNAVAILABLE', error.message, { cause: error }) : error;
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

  /** Silence is no stall while no file is unanswered. */
  #onStall(): void {
    if (this.#unanswered.size === 0) this.#stall.refresh();
    else this.#cancel.abort(new FilemillError('UNAVAILABLE', 'The server answered nothing for too long.'));
  }
}

/** An upper bound for what a file takes on its stream: its hash and key are shorter than 512 bytes. */
function bytesOf({ metadata: { filename = '', path = '' }, content }: WholeFile): number {
  return content.length + Buffer.byteLength(filename) + Buffer.byteLength(path) + 512;
}
