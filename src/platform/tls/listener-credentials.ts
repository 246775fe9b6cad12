import type { TlsOptions } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import type { Certificates } from './certificates.ts';

/** A client that connects and then says nothing must not hold a connection for the two minutes that Node.js allows. */
const handshakeTimeout = 10_000;

/** Whether a listener speaks TLS. Sockets of this machine need none. */
export function isServed(address: string, certificates: Certificates | undefined): certificates is Certificates {
  return !address.startsWith('unix:') && certificates?.served !== undefined;
}

/** What does not change while a listener runs. */
export function listenerOptions({ asksClients }: Certificates): TlsOptions {
  return { requestCert: asksClients, rejectUnauthorized: asksClients, handshakeTimeout };
}

export function listenerCredentials(address: string, certificates: Certificates | undefined): ServerCredentials {
  return isServed(address, certificates) ? new ListenerCredentials(certificates) : ServerCredentials.createInsecure();
}

/**
 * TLS of a gRPC listener. The library's own FileWatcherCertificateProvider refuses every new connection while the files do
 * not match.
 */
class ListenerCredentials extends ServerCredentials {
  constructor(certificates: Certificates) {
    super(listenerOptions(certificates), certificates.served);
    certificates.onChange(() => this.updateSecureContextOptions(certificates.served ?? null));
  }

  _equals(other: ServerCredentials): boolean {
    return other === this;
  }
}
