import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** In the midst of the pieces of 1 MiB that clients send. */
const everyBytes = 2_300_000;

/** A link that breaks each time so many bytes went over it, in either direction. */
export class CuttingProxy implements AsyncDisposable {
  cuts = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #left = everyBytes;

  /** @param port of the server, on this machine */
  static async start(port: number): Promise<CuttingProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CuttingProxy(server, port);
  }

  private constructor(server: Server, port: number) {
    this.#server = server;
    server.on('connection', (client) => this.#join(client, connect({ port, host: '127.0.0.1' })));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#destroyAll();
  }

  #join(client: Socket, server: Socket): void {
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('data', ({ length }) => this.#passed(length));
      socket.on('error', () => undefined);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
  }

  #passed(bytes: number): void {
    this.#left -= bytes;
    if (this.#left > 0) return;
    this.#left = everyBytes;
    this.cuts += 1;
    this.#destroyAll();
  }

  #destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
