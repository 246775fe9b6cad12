import { once } from 'node:events';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  json<T>(): T;
}

interface Asked {
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array | string;
}

/** Filemill as a browser or curl sees it: a name and a path, wherever on this machine these lead. */
export class Site {
  /** As people type it; the port of a name is the usual one. */
  readonly url: URL;
  readonly #base: URL;

  /**
   * @param base where it is reached
   * @param host of the address that people type
   */
  constructor(base: string, path: string, host: string) {
    this.#base = new URL(base);
    this.url = new URL(path, `http://${host}`);
  }

  /** Refused by status with an Error. */
  async get(path: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    return await this.ask('GET', path, { headers });
  }

  async ask(method: string, path: string, { headers = {}, body }: Asked = {}): Promise<Answer> {
    const response = await this.open(method, path, { headers, ...(body !== undefined && { body }) });
    const bytes = await buffer(response);
    const text = (response.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    const status = response.statusCode ?? 0;
    if (status >= 400) throw new Error(`${method} ${path}: ${status} ${text}`);
    return { status, headers: response.headers, text, json: () => JSON.parse(text) };
  }

  /** The answer while it comes. */
  async open(method: string, path: string, { headers = {}, body = '' }: Asked = {}): Promise<IncomingMessage> {
    const { pathname, search, host } = new URL(path, this.url);
    const { hostname, port } = this.#base;
    const length = body.length > 0 || method !== 'GET' ? { 'content-length': Buffer.byteLength(body) } : {};
    const options = { hostname, port, method, path: pathname + search, agent: false as const };
    const sending = request({ ...options, headers: { host, ...length, ...headers } });
    sending.end(body);
    // A refusal may come before all was sent; what it is cut off with then is no news.
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    sending.on('error', () => undefined);
    return response;
  }
}
