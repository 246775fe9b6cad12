import { createServer } from 'node:net';
import { listen } from '#platform/listen.ts';
import { SetupError } from './setup-error.ts';

/**
 * The port itself when it can be listened on at 127.0.0.1, a free one for 0.
 *
 * @throws SetupError (exit code 2) naming the port and the option that changes it
 */
export async function requirePort(port: number, { use, option }: { use: string; option: string }): Promise<number> {
  try {
    return await tryPort(port);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'is already in use' : 'cannot be opened';
    throw new SetupError(
      `Port ${port} (${use}) ${why}. Stop the program that holds it, or choose another port with ${option}.`,
      { exitCode: 2, cause },
    );
  }
}

export async function isFree(port: number): Promise<boolean> {
  return await tryPort(port).then(
    () => true,
    () => false,
  );
}

export async function freePort(): Promise<number> {
  return await tryPort(0);
}

/** Listens for a moment. */
async function tryPort(port: number): Promise<number> {
  const server = createServer();
  await listen(server, `127.0.0.1:${port}`);
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : port;
}
