import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';

/** A proxy in front of the web service, as nginx is with `proxy_pass`, that may answer in its place. */
export class HttpFront implements AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly base: string;
  /** Bytes of the largest body that passes; a larger one is answered with 413. */
  maxBody = Number.POSITIVE_INFINITY;
  /** With what everything is answered, when set. */
  status: number | undefined;
  /** Requests that were refused for their size, in order. */
  readonly refused: string[] = [];
  readonly #server: Server;
  readonly #upstream: URL;

  static async start(upstream: string): Promise<HttpFront> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HttpFront(server, new URL(upstream));
  }

  private constructor(server: Server, upstream: URL) {
    this.#server = server;
    this.#upstream = upstream;
    this.base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    server.on('request', (incoming, response) => this.#serve(incoming, response));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #serve(incoming: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = incoming;
    const isTooLarge = Number(headers['content-length'] ?? 0) > this.maxBody;
    if (isTooLarge) this.refused.push(`${method} ${url}`);
    const status = this.status ?? (isTooLarge ? 413 : undefined);
    if (status === undefined) this.#pass(incoming, response);
    else answerPage(incoming, response, status);
  }

  #pass(incoming: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = incoming;
    const { hostname, port } = this.#upstream;
    const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => (response.headersSent ? response.destroy() : answerPage(incoming, response, 502)));
    response.once('close', () => onward.destroy());
    incoming.pipe(onward);
  }
}

/** What is still to come of the request is read and dropped, so that its sender gets to the answer. */
function answerPage(incoming: IncomingMessage, response: ServerResponse, status: number): void {
  incoming.resume();
  response.writeHead(status, { 'content-type': 'text/html' }).end(`<html><title>${status}</title></html>`);
}
