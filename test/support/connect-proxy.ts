import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

interface ConnectProxyOptions {
  /** What it answers in place of a tunnel. */
  readonly refusal?: string;
  /** `USER:PASSWORD` that it asks for. */
  readonly login?: string;
  /** Where every tunnel leads, whatever name was asked for: `HOST:PORT`. */
  readonly leadsTo?: string;
}

/** A small HTTP proxy that knows CONNECT alone, as those in companies do for what they cannot read. */
export class ConnectProxy implements AsyncDisposable {
  /** `HOST:PORT`. */
  readonly address: string;
  /** What tunnels were asked for, in order. */
  readonly asked: string[] = [];
  readonly #news = new EventEmitter();
  readonly #server: Server;
  readonly #options: ConnectProxyOptions;
  readonly #sockets = new Set<Socket>();

  static async start(options: ConnectProxyOptions = {}, host = '127.0.0.1'): Promise<ConnectProxy> {
    const server = createServer();
    server.listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    return new ConnectProxy(server, options, `${host.includes(':') ? `[${host}]` : host}:${port}`);
  }

  private constructor(server: Server, options: ConnectProxyOptions, address: string) {
    this.#server = server;
    this.#options = options;
    this.address = address;
    server.on('connect', (request: IncomingMessage, client: Socket) => this.#open(request, client));
  }

  /** Resolves once a tunnel to this `HOST:PORT` was asked for. */
  async isAsked(authority: string): Promise<void> {
    while (!this.asked.includes(authority)) await once(this.#news, 'asked');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #open({ url = '', headers }: IncomingMessage, client: Socket): void {
    this.#keep(client);
    this.asked.push(url);
    this.#news.emit('asked');
    const { refusal, login, leadsTo = url } = this.#options;
    const wanted = login && `Basic ${Buffer.from(login).toString('base64')}`;
    if (refusal !== undefined) return void client.end(`HTTP/1.1 ${refusal}\r\nContent-Length: 0\r\n\r\n`);
    if (headers['proxy-authorization'] !== wanted)
      return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
    const { hostname, port } = new URL(`http://${leadsTo}`);
    const server = connect(Number(port), hostname.replace(/^\[|\]$/g, ''));
    this.#keep(server);
    server.once('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    server.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      pipeline(client, server, client, () => undefined);
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
