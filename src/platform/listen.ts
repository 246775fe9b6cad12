import { rm } from 'node:fs/promises';
import type { Server } from 'node:net';

/** Starts a node:net or node:http server on `HOST:PORT` or `unix:/PATH`. */
export async function listen(server: Server, address: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  if (address.startsWith('unix:')) {
    const path = address.slice('unix:'.length);
    await rm(path, { force: true });
    server.listen(path, resolve);
  } else {
    const colon = address.lastIndexOf(':');
    server.listen(
      { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) },
      resolve,
    );
  }
  await promise;
  server.off('error', reject);
}
