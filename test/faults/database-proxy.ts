import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between the services and PostgreSQL, to cut connections at chosen moments. */
export class DatabaseProxy implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #target: URL;
  #ambush: { statement: string; answered: boolean; sprung: () => void } | undefined;

  static async start(databaseUrl: string): Promise<DatabaseProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new DatabaseProxy(server, new URL(databaseUrl));
  }

  private constructor(server: Server, target: URL) {
    this.#server = server;
    const { port } = server.address() as { port: number };
    this.#target = target;
    this.url = Object.assign(new URL(target), { port: String(port) }).href;
    server.on('connection', (client) => this.#connect(client, Number(this.#target.port)));
  }

  /**
   * Cuts the connection on which this statement comes next, once: after PostgreSQL has carried it out
   * and before its answer is passed on (`answered`), or as soon as the statement was passed on.
   */
  async cutAt(statement: string, { answered }: { answered: boolean }): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ambush = { statement, answered, sprung: resolve };
    await promise;
  }

  /** Where new connections lead from now on. */
  leadTo(databaseUrl: string): void {
    this.#target = new URL(databaseUrl);
  }

  /** Cuts every connection there is; answers with their number. */
  cutAll(): number {
    const { size } = this.#pairs;
    for (const pair of this.#pairs) cut(pair);
    return size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cutAll();
  }

  #connect(client: Socket, port: number): void {
    const server = connect(port, '127.0.0.1');
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    let doomed: (() => void) | undefined;
    client.on('data', (bytes) => {
      server.write(bytes);
      const ambush = this.#ambush;
      if (ambush === undefined || !bytes.includes(ambush.statement)) return;
      this.#ambush = undefined;
      doomed = () => {
        cut(pair);
        ambush.sprung();
      };
      // Written, then closed in order: PostgreSQL still gets the statement.
      if (!ambush.answered) setTimeout(doomed, 1);
    });
    server.on('data', (bytes) => (doomed === undefined ? client.write(bytes) : doomed()));
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#pairs.delete(pair);
        cut(pair);
      });
    }
  }
}

function cut(pair: readonly [Socket, Socket]): void {
  for (const socket of pair) socket.destroy();
}
