import type { Http2Server, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from '../../logger.ts';
import { GuardedSession } from './guarded-session.ts';

export interface ConnectionLimits {
  /** How long the first message of a streamed request, or the whole of any other request, may take. */
  readonly requestMs: number;
  /** Memory for incomplete messages and for answers that clients do not read, in bytes over all connections. */
  readonly heldBytes: number;
  readonly maxConnections: number;
}

/** The pause between two rounds while connections are busy, and while they are idle. */
const roundMs = 50;
const idleRoundMs = 1_000;

/**
 * Flow-control windows of a call and of a connection, in bytes. The 64 KiB of HTTP/2 slow a large upload down, and larger
 * windows than these only cost memory (docs/adr/0017-how-node-runs-a-service.md).
 */
const callWindow = 1024 * 1024;
const connectionWindow = 4 * callWindow;

/**
 * Protects the HTTP/2 layer below grpc-js from hostile clients. Streams are reset once they are answered, requests must
 * arrive in time, calls of the connection that holds most memory are refused when memory is short, and a connection that
 * sends data that belongs to no call is cut.
 */
export class ConnectionGuard implements Disposable {
  readonly #limits: ConnectionLimits;
  readonly #logger: Logger;
  readonly #isStreamed: (path: string) => boolean;
  readonly #sessions = new Map<unknown, GuardedSession>();
  #next: NodeJS.Timeout;
  #resting = true;

  constructor(limits: ConnectionLimits, logger: Logger, isStreamed: (path: string) => boolean) {
    this.#limits = limits;
    this.#logger = logger;
    this.#isStreamed = isStreamed;
    this.#next = setTimeout(() => this.#round(), idleRoundMs).unref();
  }

  /** Call before `server` listens. */
  watch(server: Server): void {
    onHttp2Server(server, (http2) => {
      http2.maxConnections = this.#limits.maxConnections;
      http2.prependListener('session', (session: ServerHttp2Session) => {
        session.settings({ initialWindowSize: callWindow });
        session.setLocalWindowSize(connectionWindow);
        this.#sessions.set(session, new GuardedSession(session));
        session.once('close', () => this.#sessions.delete(session));
      });
      http2.prependListener('stream', (stream, headers) => {
        this.#sessions.get(stream.session)?.add(stream as ServerHttp2Stream, this.#isStreamed(headers[':path'] ?? ''));
        if (this.#resting) this.#lookIn(roundMs);
      });
    });
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#next);
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#next);
    this.#resting = ms > roundMs;
    this.#next = setTimeout(() => this.#round(), ms).unref();
  }

  #round(): void {
    this.#look();
    const busy = this.#sessions.values().some((session) => session.isBusy());
    this.#lookIn(busy ? roundMs : idleRoundMs);
  }

  #look(): void {
    let held = 0;
    let greediest: { readonly session: GuardedSession; readonly held: number } | undefined;
    for (const session of this.#sessions.values()) {
      if (session.strays) this.#cut(session);
      session.endOverdue(this.#limits.requestMs);
      const its = session.heldBytes;
      held += its;
      if (its > (greediest?.held ?? 0)) greediest = { session, held: its };
    }
    if (held > this.#limits.heldBytes && greediest !== undefined) this.#release(greediest.session, held);
  }

  #cut(session: GuardedSession): void {
    this.#logger.warn({ peer: session.peer }, 'connection cut: it sends data that belongs to no call');
    session.cut();
  }

  #release(session: GuardedSession, held: number): void {
    this.#logger.warn({ peer: session.peer, held }, 'calls refused: they hold too much memory');
    session.release();
  }
}

interface Http2Maker {
  createHttp2Server?: (credentials: ServerCredentials) => Http2Server;
}

/** grpc-js does not expose its HTTP/2 servers, so the private method that creates them is wrapped, on this object only. */
function onHttp2Server(server: Server, visit: (http2: Http2Server) => void): void {
  const maker = server as unknown as Http2Maker;
  const make = maker.createHttp2Server?.bind(server);
  if (make === undefined) throw new Error('This release of @grpc/grpc-js creates its HTTP/2 servers in another way.');
  maker.createHttp2Server = (credentials) => {
    const http2 = make(credentials);
    visit(http2);
    return http2;
  };
}
