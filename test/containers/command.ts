import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export const root = new URL('../../', import.meta.url).pathname;

const running = new Set<ChildProcess>();

/** Runs a program in the project's folder to its end, whatever that is. */
export async function run(command: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program = '', ...args] = command;
  const env = { ...process.env, ...options.env };
  const child = spawn(program, args, { cwd: root, env, stdio: 'pipe', detached: true });
  running.add(child);
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  try {
    const ended = once(child, 'close') as Promise<[number | null]>;
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, stdout, stderr };
  } finally {
    running.delete(child);
  }
}

/** Ends every program that runs just now; resolves when they have ended. */
export async function stopCommands(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      if (child.pid === undefined) return;
      const ended = once(child, 'exit');
      process.kill(-child.pid, 'SIGTERM');
      await ended;
    }),
  );
}

/** The same for a program that must succeed; answers with its output. @throws Error with what it said */
export async function must(command: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(command, options);
  if (code === 0) return stdout;
  throw new Error(`${command.join(' ')}\nended with ${code}: ${lastLines(stderr || stdout)}`);
}

export async function succeeds(command: readonly string[]): Promise<boolean> {
  return await run(command).then(
    ({ code }) => code === 0,
    () => false,
  );
}

function lastLines(said: string): string {
  return said.trim().split('\n').slice(-15).join('\n');
}

export interface Background extends AsyncDisposable {
  /** Resolves when what it has said so far matches. @throws Error when it ends or takes too long before that */
  says(pattern: RegExp, withinMs?: number): Promise<void>;
}

/** Runs a program in a process group of its own until it is disposed of. */
export function startInBackground(command: readonly string[], env: Readonly<Record<string, string>> = {}): Background {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const ended = once(child, 'close').catch(() => undefined);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    async says(pattern, withinMs = 60_000) {
      const giveUpAt = performance.now() + withinMs;
      while (!pattern.test(said)) {
        if (hasEnded() || performance.now() > giveUpAt)
          throw new Error(`${command.join(' ')}\nnever said ${pattern}, but: ${lastLines(said)}`);
        await delay(50);
      }
    },
    async [Symbol.asyncDispose]() {
      if (!hasEnded() && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await ended;
    },
  };
}
