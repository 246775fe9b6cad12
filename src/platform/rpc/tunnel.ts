import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import type { ChannelCredentials } from '@grpc/grpc-js';
import type { Reason } from '#domain/errors.ts';
import type { HttpProxy } from './proxy.ts';

/** How long a proxy may take to open a tunnel: it resolves the server's name and connects. */
const openMs = 15_000;

/**
 * Makes the credentials `made` those of a channel to a proxy: each of its connections becomes a tunnel to `authority`, in
 * which TLS or gRPC begins. A channel reports a failed connection as text only, so the text begins with a reason of the
 * catalogue.
 */
export function tunnelThrough(proxy: HttpProxy, authority: string, made: ChannelCredentials): ChannelCredentials {
  const makeConnector = made._createSecureConnector.bind(made);
  made._equals = (other) => other === made;
  made._createSecureConnector = (...args) => {
    const connector = makeConnector(...args);
    const connect = connector.connect.bind(connector);
    connector.connect = async (socket) => await connect(await openTunnel(socket, proxy, authority));
    return connector;
  };
  return made;
}

/** @param socket connected to the proxy */
async function openTunnel(socket: Socket, proxy: HttpProxy, authority: string): Promise<Socket> {
  const { title, authorization } = proxy;
  const headers = { host: authority, ...(authorization && { 'proxy-authorization': authorization }) };
  const asking = request({ method: 'CONNECT', path: authority, headers, createConnection: () => socket });
  asking.end();
  const signal = AbortSignal.timeout(openMs);
  const [answer, , head] = (await once(asking, 'connect', { signal }).catch((error: Error) => {
    asking.destroy();
    const why = signal.aborted ? 'it does not answer' : error.message;
    throw failure('PROXY_UNAVAILABLE', `The proxy ${title} opened no tunnel to ${authority}: ${why}.`);
  })) as [IncomingMessage, Socket, Buffer];
  socket.removeAllListeners();
  const { statusCode: status = 0, statusMessage: words = '' } = answer;
  if (status >= 200 && status < 300) {
    if (head.length > 0) socket.unshift(head);
    return socket;
  }
  throw status >= 500
    ? failure('PROXY_UNAVAILABLE', `The proxy ${title} cannot reach ${authority}: ${status} ${words}`)
    : failure('PROXY_REFUSED', `The proxy ${title} refused a tunnel to ${authority}: ${status} ${words}`);
}

function failure(reason: Reason, message: string): string {
  return `${reason}: ${message}`;
}
