import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A server of somebody else that runs in the foreground while a test needs it. */
export interface Program extends AsyncDisposable {
  /** All that it has printed so far. */
  readonly output: () => string;
}

/**
 * Starts a program and waits until it accepts connections.
 *
 * @param listens ports on 127.0.0.1 that are open once it is ready
 * @throws Error with all that it printed, when it ends before that
 */
export async function startProgram(
  [program = '', ...args]: readonly string[],
  listens: readonly number[],
): Promise<Program> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const ended = once(child, 'close');
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  for (const port of listens) {
    while (!(await accepts(port))) {
      if (hasEnded()) throw new Error(`${program} ended before it listened on ${port}:\n${output}`);
      await delay(20);
    }
  }
  return {
    output: () => output,
    [Symbol.asyncDispose]: async () => {
      if (!hasEnded()) child.kill('SIGKILL');
      await ended;
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
