import { createServer } from 'node:net';
import { listen } from '#platform/listen.ts';
import { SetupError } from './setup-error.ts';

interface PortOptions {
  readonly host: string;
  readonly use: string;
  readonly option: string;
}

/** `HOST:PORT`, with brackets around an IPv6 address. */
export function hostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Answers with `HOST:PORT` if it can be listened on; port 0 takes a free one.
 *
 * @throws SetupError (exit code 2) naming the port and the option that changes it
 */
export async function requireAddress(port: number, options: PortOptions): Promise<string> {
  const { host, use, option } = options;
  const open = await tryPort(port, host).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EADDRINUSE' ? 'is already in use' : `cannot be opened on ${host}`;
    const message = `Port ${port} (${use}) ${why}. Stop the program that uses it, or choose another port with ${option}.`;
    throw new SetupError(message, { exitCode: 2, cause });
  });
  return hostAndPort(host, open);
}

/** Listens for a moment; answers with the port, with a free one for 0. */
export async function tryPort(port: number, host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await listen(server, hostAndPort(host, port));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : port;
}
