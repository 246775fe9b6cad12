import { isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { CallCredentials, ChannelCredentials, type experimental } from '@grpc/grpc-js';
import type { ClientTls } from './certificates.ts';
import { tlsFailure } from './failure.ts';

/**
 * TLS of a gRPC channel. The library's own credentials keep the certificates of their first day, and cannot connect to an
 * address: they pass it as a server name, which Node.js 26 refuses.
 */
export class TlsCredentials extends ChannelCredentials {
  readonly #host: string;
  readonly #tls: ClientTls;

  /** @param host the name or address that the certificate of the server has to hold */
  constructor(host: string, tls: ClientTls) {
    super();
    this.#host = host;
    this.#tls = tls;
    // Reading the CAs of the system takes a while, which must not count as the time of the first call.
    void tls.context;
  }

  _isSecure(): boolean {
    return true;
  }

  _equals(other: ChannelCredentials): boolean {
    return other === this;
  }

  _createSecureConnector(
    _target: unknown,
    _options: unknown,
    callCredentials = CallCredentials.createEmpty(),
  ): experimental.SecureConnector {
    return {
      connect: (socket) => this.#secure(socket),
      waitForReady: async () => undefined,
      getCallCredentials: () => callCredentials,
      destroy: () => undefined,
    };
  }

  async #secure(socket: Socket): Promise<experimental.SecureConnectResult> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const host = this.#host;
    const name = isIP(host) === 0 ? { servername: host } : {};
    const { context: secureContext } = this.#tls;
    const settings = { socket, host, ...name, secureContext, ALPNProtocols: ['h2'], rejectUnauthorized: true };
    const secured = connect(settings, resolve);
    secured.once('error', reject);
    secured.once('close', () => reject(new Error('the connection was closed during the handshake')));
    await promise.catch((error: Error) => {
      throw tlsFailure(error, host);
    });
    if (secured.alpnProtocol === 'h2') return { socket: secured, secure: true };
    secured.destroy();
    // The words of an HTTP/2 client that meets another protocol.
    throw new Error('Protocol error');
  }
}
