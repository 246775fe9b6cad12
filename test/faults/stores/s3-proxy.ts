import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** What becomes of a request. */
export type Treatment =
  | { readonly kind: 'delay'; readonly ms: number }
  /** Answered here, as the server would: the server never sees it. */
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string }
  /** The server does it and answers; the connection ends in place of the answer. */
  | { readonly kind: 'lose-answer' }
  /** The connection ends after the first bytes. */
  | { readonly kind: 'cut' };

export interface S3Call {
  readonly method: string;
  /** Whether it changes something. */
  readonly writes: boolean;
}

/** Stands between the services and an object server, and does what a fault wants with each request. */
export class S3Proxy implements AsyncDisposable {
  /** For the services. */
  readonly endpoint: string;
  readonly #server: Server;
  readonly #target: URL;
  readonly #agent = new Agent({ keepAlive: true });
  #treat: ((call: S3Call) => Treatment | undefined) | undefined;
  #treated = 0;

  static async start(endpoint: string): Promise<S3Proxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new S3Proxy(server, new URL(endpoint));
  }

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.#target = target;
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (call: IncomingMessage, answer: ServerResponse) => {
      // Either side may go away at any moment.
      this.#serve(call, answer).catch(() => call.socket.destroy());
    });
  }

  /** Requests that were not just passed on. */
  get treated(): number {
    return this.#treated;
  }

  /** Changes what becomes of requests; without an argument each is passed on. */
  treat(treat?: (call: S3Call) => Treatment | undefined): void {
    this.#treat = treat;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
  }

  async #serve(call: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = '' } = call;
    const treatment = this.#treat?.({ method, writes: method !== 'GET' && method !== 'HEAD' });
    if (treatment !== undefined) this.#treated += 1;
    if (treatment?.kind === 'cut') return void call.socket.destroy();
    const body = await buffer(call);
    if (treatment?.kind === 'refuse') return refuse(answer, treatment);
    if (treatment?.kind === 'delay') await delay(treatment.ms);
    const { status, headers, content } = await this.#pass(call, body);
    if (treatment?.kind === 'lose-answer') call.socket.destroy();
    else answer.writeHead(status, headers).end(content);
  }

  /** The signature covers the host that the client named, so the headers go on as they are. */
  async #pass({ method, url, headers }: IncomingMessage, body: Buffer) {
    const { hostname, port } = this.#target;
    const passed = request({ hostname, port, method, path: url, headers, agent: this.#agent });
    passed.end(body);
    const [answer] = (await once(passed, 'response')) as [IncomingMessage];
    // Ends also an answer to HEAD, which has a length and no bytes.
    return { status: answer.statusCode ?? 502, headers: answer.headers, content: await buffer(answer) };
  }
}

function refuse(answer: ServerResponse, { status, code }: Extract<Treatment, { kind: 'refuse' }>): void {
  answer.writeHead(status, { 'content-type': 'application/xml' });
  answer.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`);
}
