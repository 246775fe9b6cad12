import { constants, type ServerHttp2Stream } from 'node:http2';
import { MessageProgress } from './message-progress.ts';

/** A client of grpc-js does not hear of a status behind answers when the reset is in the same packet. */
const hearMs = 50;

/**
 * One call as HTTP/2 sees it. grpc-js reads and drops what a client goes on sending after the answer; here
 * the stream is reset once the trailers are out (RFC 9113 §8.1: NO_ERROR asks the client to stop).
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
      stream.once(event, () => setTimeout(() => this.#stopReadingOnceAnswered(), hearMs).unref());
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Whether its handler has been given something to do: the first message, or the whole of a plain request. */
  get hasRequest(): boolean {
    return this.#requestEnded || (this.#streamed && this.#progress.complete > 0);
  }

  /** Memory held for it, in bytes: the message on its way in, and answers that the client does not take. */
  get heldBytes(): number {
    return this.#progress.held + this.#stream.writableLength;
  }

  reset(code: number): void {
    this.#stream.close(code);
    // What was received and not read would keep the stream alive.
    this.#stream.resume();
  }

  #stopReadingOnceAnswered(): void {
    if (!this.#requestEnded && !this.#stream.closed && isAnswered(this.#stream)) this.reset(constants.NGHTTP2_NO_ERROR);
  }
}

/** Whether the status is out: in trailers, or in the head of an answer that has no more. */
function isAnswered({ sentHeaders, sentTrailers }: ServerHttp2Stream): boolean {
  if (sentTrailers !== undefined) return true;
  return sentHeaders !== undefined && (sentHeaders['grpc-status'] !== undefined || sentHeaders[':status'] !== 200);
}

/**
 * grpc-js ends a stream by itself when a message cannot be read, is too large or comes after the deadline, and
 * passes on what the handler, which cannot know yet, still writes. A write after the end would destroy the stream
 * before its status is out, and the client would wait for it.
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
