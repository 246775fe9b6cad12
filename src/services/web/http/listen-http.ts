import { rm } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';

/** Listens on `HOST:PORT` or `unix:/PATH`. */
export async function listenHttp(app: FastifyInstance, address: string): Promise<void> {
  if (address.startsWith('unix:')) {
    const path = address.slice('unix:'.length);
    // What a process leaves behind that was killed.
    await rm(path, { force: true });
    await app.listen({ path });
  } else {
    const colon = address.lastIndexOf(':');
    const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
    await app.listen({ host, port: Number(address.slice(colon + 1)) });
  }
}
