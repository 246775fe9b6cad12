import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { connect as connectSocket } from 'node:net';

/** Passes gRPC on, and answers 413 to a call whose request grows beyond a limit, as nginx does with `grpc_pass`. */
export class LimitingProxy implements AsyncDisposable {
  /** `HOST:PORT`. */
  readonly address: string;
  /** Calls that were refused. */
  refused = 0;
  /** Bytes of requests, over all calls. */
  received = 0;
  readonly #paths: string[] = [];
  readonly #server: Http2Server;
  readonly #upstream: ClientHttp2Session;
  readonly #maxBytes: number;
  readonly #sessions = new Set<ServerHttp2Session>();

  /** @param target `unix:/PATH` */
  static async start(target: string, maxBytes: number): Promise<LimitingProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new LimitingProxy(server, target, maxBytes);
  }

  private constructor(server: Http2Server, target: string, maxBytes: number) {
    this.#server = server;
    this.#maxBytes = maxBytes;
    this.#upstream = connect('http://upstream', {
      createConnection: () => connectSocket(target.slice('unix:'.length)),
    });
    this.address = `127.0.0.1:${(server.address() as { port: number }).port}`;
    server.on('session', (session) => this.#sessions.add(session));
    server.on('stream', (stream, headers) => {
      // A client that goes away breaks what is read of it off.
      this.#pass(stream as ServerHttp2Stream, headers).catch(() => undefined);
    });
  }

  /** How often a method was called. */
  calls(method: string): number {
    return this.#paths.filter((path) => path.endsWith(`/${method}`)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    this.#upstream.destroy();
    this.#server.close();
  }

  async #pass(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    this.#paths.push(headers[':path'] ?? '');
    const onward = this.#upstream.request({ ...headers });
    stream.on('error', () => undefined).once('close', () => onward.close());
    onward.on('error', () => undefined);
    onward.once('response', (answer) => stream.headersSent || stream.respond(answer, { waitForTrailers: true }));
    onward.once('trailers', (trailers) => stream.once('wantTrailers', () => stream.sendTrailers(trailers)));
    onward.on('data', (bytes) => stream.write(bytes));
    onward.once('end', () => stream.end());
    let bytes = 0;
    for await (const piece of stream) {
      bytes += piece.length;
      this.received += piece.length;
      if (bytes > this.#maxBytes) return this.#refuse(stream, () => onward.close(constants.NGHTTP2_CANCEL));
      if (!onward.write(piece)) await drained(onward);
    }
    onward.end();
  }

  #refuse(stream: ServerHttp2Stream, cancel: () => void): void {
    this.refused += 1;
    cancel();
    if (stream.destroyed) return;
    if (stream.headersSent) {
      // After the first answers it is too late for a status.
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    } else {
      stream.respond({ ':status': 413, 'content-type': 'text/html' });
      stream.end('<html><title>413 Request Entity Too Large</title></html>');
    }
  }
}

/** Resolves when there is room again, or when there will be none. */
async function drained(stream: ClientHttp2Stream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const event of ['drain', 'close']) stream.once(event, resolve);
  await promise;
  for (const event of ['drain', 'close']) stream.off(event, resolve);
}
