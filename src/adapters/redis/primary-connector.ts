import { Socket } from 'node:net';
import { connect as connectByTls } from 'node:tls';
import { AbstractConnector } from 'ioredis';
import type { ClientTls } from '#platform/tls/certificates.ts';
import type { RedisHost } from './address.ts';
import { type PrimaryFinder, tlsOptions } from './primary-finder.ts';

/** How often the group is asked whether the primary has changed. */
const lookEveryMs = 10_000;
/** How long the orderly end of a connection may take. */
const disconnectTimeoutMs = 2_000;

/** Serves as the option `Connector` of ioredis: each connection leads to the server that is the primary at that time. */
export function primaryConnector(finder: PrimaryFinder, tls: ClientTls | undefined) {
  return class PrimaryConnector extends AbstractConnector {
    constructor() {
      super(disconnectTimeoutMs);
    }

    override async connect(): Promise<Socket> {
      this.connecting = true;
      try {
        const primary = await finder.find();
        if (!this.connecting) throw new Error('the connection was closed');
        const stream = dial(primary, tls);
        this.stream = stream;
        stream.once('error', (error) => {
          this.firstError = error;
        });
        leaveWhenMoved(stream, primary, finder);
        return stream;
      } catch (error) {
        // A rejection would end the client for good, while it reconnects after a stream that failed.
        this.firstError = error as Error;
        return new Socket().destroy();
      }
    }
  };
}

function dial({ host, port }: RedisHost, tls: ClientTls | undefined): Socket {
  return tls === undefined ? new Socket().connect(port, host) : connectByTls({ host, port, ...tlsOptions(host, tls) });
}

/** A primary that is cut off from the others may not know that it was replaced, and goes on answering. */
function leaveWhenMoved(stream: Socket, primary: RedisHost, finder: PrimaryFinder): void {
  const timer = setInterval(async () => {
    const now = await finder.find().catch(() => primary);
    if (now.host !== primary.host || now.port !== primary.port) stream.destroy();
  }, lookEveryMs).unref();
  stream.once('close', () => clearInterval(timer));
}
