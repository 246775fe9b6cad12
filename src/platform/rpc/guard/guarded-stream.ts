import { constants, type ServerHttp2Stream } from 'node:http2';
import { MessageProgress } from './message-progress.ts';

/** A grpc-js client misses the status behind answers when the reset arrives in the same packet. */
const resetDelayMs = 50;

/**
 * A call at the level of HTTP/2. grpc-js reads and drops what a client sends after the answer; here the stream is reset
 * once the trailers are sent (RFC 9113 §8.1: NO_ERROR asks the client to stop).
 */
export class GuardedStream {
  readonly openedAt = performance.now();
  readonly #stream: ServerHttp2Stream;
  readonly #streamed: boolean;
  readonly #progress = new MessageProgress();
  #receivedBytes = 0;
  #requestEnded = false;

  /** @param streamed whether its request is a stream of messages */
  constructor(stream: ServerHttp2Stream, streamed: boolean) {
    this.#stream = stream;
    this.#streamed = streamed;
    dropWritesAfterEnd(stream);
    stream.on('data', (data: Buffer) => {
      this.#receivedBytes += data.length;
      this.#progress.take(data);
    });
    stream.once('end', () => {
      this.#requestEnded = true;
    });
    for (const event of ['finish', 'wantTrailers'])
      stream.once(event, () => setTimeout(() => this.#stopReadingOnceAnswered(), resetDelayMs).unref());
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Whether its handler could start: the first message of a stream, or the whole of a plain request, has arrived. */
  get hasRequest(): boolean {
    return this.#requestEnded || (this.#streamed && this.#progress.complete > 0);
  }

  /** Memory that the call holds, in bytes: the incomplete message, and answers that the client does not read. */
  get heldBytes(): number {
    return this.#progress.held + this.#stream.writableLength;
  }

  reset(code: number): void {
    this.#stream.close(code);
    // Unread data would keep the stream alive.
    this.#stream.resume();
  }

  #stopReadingOnceAnswered(): void {
    if (!this.#requestEnded && !this.#stream.closed && isAnswered(this.#stream)) this.reset(constants.NGHTTP2_NO_ERROR);
  }
}

/** Whether the status was sent: in trailers, or in the headers of an answer without messages. */
function isAnswered({ sentHeaders, sentTrailers }: ServerHttp2Stream): boolean {
  if (sentTrailers !== undefined) return true;
  return sentHeaders !== undefined && (sentHeaders['grpc-status'] !== undefined || sentHeaders[':status'] !== 200);
}

/**
 * grpc-js ends a stream by itself when a message is malformed, too large or after the deadline, but still forwards what the
 * handler writes. Such a write after the end would destroy the stream before its status is sent, and the client would
 * wait for it.
 */
function dropWritesAfterEnd(stream: ServerHttp2Stream): void {
  const write = stream.write.bind(stream) as (chunk: Buffer, done: () => void) => boolean;
  const writeBeforeEnd = (chunk: Buffer, done: () => void) => {
    if (!stream.writableEnded) return write(chunk, done);
    process.nextTick(done);
    return true;
  };
  stream.write = writeBeforeEnd as typeof stream.write;
}
