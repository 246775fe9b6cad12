import { once } from 'node:events';
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';

/** Stands between clients and a server, counts what clients send, cuts connections, and fails when it is told to. */
export class TcpProxy implements AsyncDisposable {
  /** `HOST:PORT` for clients. */
  readonly address: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target: NetConnectOpts;
  #sent = 0;
  #isDown = false;
  #onSent: (() => void) | undefined;

  /** @param target the server's socket, or its port on this machine */
  static async start(target: string | number): Promise<TcpProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, typeof target === 'number' ? { port: target, host: '127.0.0.1' } : { path: target });
  }

  private constructor(server: Server, target: NetConnectOpts) {
    this.#server = server;
    this.#target = target;
    this.address = `127.0.0.1:${(server.address() as { port: number }).port}`;
    server.on('connection', (client) => (this.#isDown ? client.destroy() : this.#join(client, connect(this.#target))));
  }

  /** Bytes that clients have sent, over all connections. */
  get sent(): number {
    return this.#sent;
  }

  /** Resolves once clients have sent so many bytes more. */
  async sends(bytes: number): Promise<void> {
    const enough = this.#sent + bytes;
    await new Promise<void>((resolve) => {
      this.#onSent = () => this.#sent >= enough && resolve();
    });
  }

  /** Passes nothing on from now on of what clients send over the connections that are open. */
  stall(): void {
    for (const socket of this.#sockets) socket.unpipe();
  }

  /** Leads connections that are made from now on elsewhere, and leaves those that are open. */
  retarget(port: number): void {
    this.#target = { port, host: '127.0.0.1' };
  }

  /** Cuts every connection there is. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Cuts every connection and lets none be made, until `restore`. */
  fail(): void {
    this.#isDown = true;
    this.cut();
  }

  restore(): void {
    this.#isDown = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
  }

  #join(client: Socket, server: Socket): void {
    client.on('data', (bytes) => {
      this.#sent += bytes.length;
      this.#onSent?.();
    });
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
  }
}
