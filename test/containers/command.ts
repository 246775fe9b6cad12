import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Ends it by SIGTERM. */
  readonly signal?: AbortSignal;
}

export const root = new URL('../../', import.meta.url).pathname;

/** Runs a program in the project's folder to its end, whatever that is. */
export async function run(command: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd: root, env: { ...process.env, ...options.env }, stdio: 'pipe' });
  const stop = () => child.kill('SIGTERM');
  options.signal?.addEventListener('abort', stop, { once: true });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  try {
    const ended = once(child, 'close') as Promise<[number | null]>;
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, stdout, stderr };
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
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
