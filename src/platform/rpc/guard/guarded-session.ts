import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { GuardedStream } from './guarded-stream.ts';

/** Bytes that a connection may send besides the data of calls: at once, and per second. */
const strayBurst = 1024 * 1024;
const strayRate = 64 * 1024;

/** Bytes of the headers and frames of a call. */
const callOverhead = 16 * 1024;

/** One connection, with the calls that are open on it. */
export class GuardedSession {
  readonly #session: ServerHttp2Session;
  readonly #streams = new Set<GuardedStream>();
  readonly #openedAt = performance.now();
  readonly peer: string;
  #opened = 0;
  #heardBytes = 0;
  #receivedByEnded = 0;

  constructor(session: ServerHttp2Session) {
    this.#session = session;
    this.peer = `${session.socket.remoteAddress ?? 'unix'}:${session.socket.remotePort ?? ''}`;
  }

  add(stream: ServerHttp2Stream, streamed: boolean): void {
    const guarded = new GuardedStream(stream, streamed);
    this.#opened += 1;
    this.#streams.add(guarded);
    stream.once('close', () => {
      this.#receivedByEnded += guarded.receivedBytes;
      this.#streams.delete(guarded);
    });
  }

  /** Whether there are calls, or data has arrived since the previous check. */
  isBusy(): boolean {
    if (this.#session.destroyed) return false;
    const { bytesRead } = this.#session.socket;
    const heard = bytesRead > this.#heardBytes;
    this.#heardBytes = bytesRead;
    return heard || this.#streams.size > 0;
  }

  get heldBytes(): number {
    let held = 0;
    for (const stream of this.#streams) held += stream.heldBytes;
    return held;
  }

  /** Ends every call that holds memory; a client may retry them. */
  release(): void {
    for (const stream of this.#streams) if (stream.heldBytes > 0) stream.reset(constants.NGHTTP2_REFUSED_STREAM);
  }

  /** Ends calls whose request has taken longer than `requestMs` to arrive. */
  endOverdue(requestMs: number): void {
    const before = performance.now() - requestMs;
    for (const stream of this.#streams)
      if (stream.openedAt < before && !stream.hasRequest) stream.reset(constants.NGHTTP2_CANCEL);
  }

  /**
   * Whether the connection sends too much that belongs to no call: data after a reset, which the HTTP/2 layer drops, or
   * floods of frames. A call that was reset may still have a window of data in flight.
   */
  get strays(): boolean {
    if (this.#session.destroyed) return false;
    const { socket, localSettings } = this.#session;
    let received = this.#receivedByEnded;
    for (const stream of this.#streams) received += stream.receivedBytes;
    const perCall = callOverhead + (localSettings.initialWindowSize ?? 0);
    const seconds = (performance.now() - this.#openedAt) / 1_000;
    const allowed = strayBurst + strayRate * seconds + perCall * this.#opened + received / 2 + socket.bytesWritten / 2;
    return socket.bytesRead - received > allowed;
  }

  cut(): void {
    this.#session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }
}
