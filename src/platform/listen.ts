import { rm } from 'node:fs/promises';
import type { Server } from 'node:net';

/** Starts a node:net or node:http server on `HOST:PORT` or `unix:/PATH`. */
export async function listen(server: Server, address: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(await listenOptions(address), resolve);
  await promise;
  server.off('error', reject);
}

/** The address as Node.js takes it. Removes the socket that a killed process left behind. */
export async function listenOptions(address: string): Promise<{ path: string } | { host: string; port: number }> {
  if (address.startsWith('unix:')) {
    const path = address.slice('unix:'.length);
    await rm(path, { force: true });
    return { path };
  }
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}
