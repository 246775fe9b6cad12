import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** The network between a browser and the server, which fails when it is told to. */
export class Network implements AsyncDisposable {
  readonly base: string;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #isDown = false;
  #failure: { bytesLeft: number; happened: () => void } | undefined;

  static async start(target: string): Promise<Network> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Network(server, Number(new URL(target).port));
  }

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    server.on('connection', (browser) => (this.#isDown ? browser.destroy() : this.#join(browser, port)));
  }

  /** Resolves when the browser has sent so many bytes more: at this moment the network fails, until `restore`. */
  async failAfter(bytes: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#failure = { bytesLeft: bytes, happened: resolve };
    await promise;
  }

  restore(): void {
    this.#isDown = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#cut();
  }

  #join(browser: Socket, port: number): void {
    const server = connect(port, '127.0.0.1');
    const pair = [browser, server] as const;
    this.#pairs.add(pair);
    browser.on('data', (bytes) => this.#count(bytes.length));
    browser.pipe(server).pipe(browser);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
  }

  #count(bytes: number): void {
    const failure = this.#failure;
    if (failure === undefined) return;
    failure.bytesLeft -= bytes;
    if (failure.bytesLeft > 0) return;
    this.#failure = undefined;
    this.#isDown = true;
    this.#cut();
    failure.happened();
  }

  #cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }
}
