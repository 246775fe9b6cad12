import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

interface CuttingProxyOptions {
  /** Where the server listens on this machine. */
  readonly port: number;
  /** How often a connection is cut … */
  readonly cuts: number;
  /** … each time after so many bytes from clients. */
  readonly everyBytes: number;
}

/** Stands between clients and a server, and cuts whatever connection the bytes come over. */
export class CuttingProxy implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #options: CuttingProxyOptions;
  readonly #sockets = new Set<Socket>();
  #passed = 0;
  #cuts = 0;

  static async start(options: CuttingProxyOptions): Promise<CuttingProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CuttingProxy(server, options);
  }

  private constructor(server: Server, options: CuttingProxyOptions) {
    this.#server = server;
    this.#options = options;
    this.port = (server.address() as { port: number }).port;
    server.on('connection', (client) => this.#pass(client, connect(options.port, '127.0.0.1')));
  }

  get cuts(): number {
    return this.#cuts;
  }

  /** Bytes that clients have sent. */
  get passed(): number {
    return this.#passed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #pass(client: Socket, server: Socket): void {
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    server.pipe(client);
    client.pipe(server);
    client.on('data', (bytes) => {
      this.#passed += bytes.length;
      const { cuts, everyBytes } = this.#options;
      if (this.#cuts === cuts || this.#passed < (this.#cuts + 1) * everyBytes) return;
      this.#cuts += 1;
      end();
    });
  }
}
