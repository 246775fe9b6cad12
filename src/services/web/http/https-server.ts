import { createServer } from 'node:https';
import type { FastifyServerFactory } from 'fastify';
import type { Certificates } from '#platform/tls/certificates.ts';
import { listenerOptions } from '#platform/tls/listener-credentials.ts';

/** Makes the servers of Fastify, which needs several for a name with several addresses; all of them take new certificates. */
export function httpsServers(certificates: Certificates): FastifyServerFactory {
  return (handler, { keepAliveTimeout, requestTimeout, connectionTimeout }) => {
    const server = createServer({ ...listenerOptions(certificates), ...certificates.served }, handler);
    certificates.onChange(() => server.setSecureContext(certificates.served ?? {}));
    server.keepAliveTimeout = Number(keepAliveTimeout);
    server.requestTimeout = Number(requestTimeout);
    server.setTimeout(Number(connectionTimeout));
    return server;
  };
}
