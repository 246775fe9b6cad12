import { once } from 'node:events';
import { createServer, request } from 'node:http';

/** A proxy that serves a server below `/under/a/path` and tells it nothing of that. */
export async function startPathProxy(base: string): Promise<{ readonly base: string } & AsyncDisposable> {
  const server = createServer((incoming, outgoing) => {
    const [, path = '/nothing'] = /^\/under\/a\/path(\/.*)$/.exec(incoming.url ?? '') ?? [];
    const { method, headers } = incoming;
    const passed = request(`${base}${path}`, { method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 0, response.headers);
      response.pipe(outgoing);
    });
    outgoing.on('close', () => passed.destroy());
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    base: `http://127.0.0.1:${port}/under/a/path`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
