import { createServer } from 'node:net';
import { listen } from '#platform/listen.ts';
import { SetupError } from './setup-error.ts';

/**
 * Answers with the port if it can be listened on at 127.0.0.1, with a free one for 0.
 *
 * @throws SetupError (exit code 2) naming the port and the option that changes it
 */
export async function requirePort(port: number, { use, option }: { use: string; option: string }): Promise<number> {
  return await tryPort(port).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EADDRINUSE' ? 'is already in use' : 'cannot be opened';
    const message = `Port ${port} (${use}) ${why}. Stop the program that uses it, or choose another port with ${option}.`;
    throw new SetupError(message, { exitCode: 2, cause });
  });
}

/** Listens for a moment; answers with the port, with a free one for 0. */
export async function tryPort(port: number): Promise<number> {
  const server = createServer();
  await listen(server, `127.0.0.1:${port}`);
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : port;
}
