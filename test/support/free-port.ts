import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port on 127.0.0.1 on which nobody listens just now. It lies below the range from which the system gives ports to outgoing
 * connections, one of which could take it before the server that it is meant for listens.
 */
export async function freePort(): Promise<number> {
  return await freePorts(1);
}

/** The first of so many ports in a row. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(10_000, 32_000 - count);
    const areFree = await Promise.all(Array.from({ length: count }, (_, n) => isFree(first + n)));
    if (areFree.every(Boolean)) return first;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const listens = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (!listens) return false;
  server.close();
  await once(server, 'close');
  return true;
}
