import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/filemill.js', import.meta.url));

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON lines. */
  lines<Line>(): Line[];
}

export interface CliOptions {
  readonly server: string;
  readonly stdin?: string | Readable;
  /** A file descriptor for both streams. */
  readonly output?: number;
  /** Beside PATH and FILEMILL_SERVER. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the text so far whenever the program says something on stderr. */
  readonly onStderr?: (said: string, kill: (signal: NodeJS.Signals) => void) => void;
  /** Called with the text so far whenever the program prints. */
  readonly onStdout?: (said: string) => void;
  /** A signal that it gets once this resolves. */
  readonly killed?: Promise<NodeJS.Signals>;
}

/** Runs `filemill ARGS…` as people do: a process of its own, with nothing but its arguments, FILEMILL_SERVER and UTC. */
export async function filemill(
  args: readonly string[],
  { server, stdin = '', env, output, onStderr, onStdout, killed }: CliOptions,
): Promise<CliRun> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, TZ: 'UTC', FILEMILL_SERVER: server, ...env },
    stdio: ['pipe', output ?? 'pipe', output ?? 'pipe'],
  }) as ChildProcessWithoutNullStreams;
  child.stdin.on('error', () => undefined);
  if (typeof stdin === 'string') child.stdin.end(stdin);
  else stdin.pipe(child.stdin);
  void killed?.then((signal) => child.kill(signal));
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
    onStderr?.(said, (signal) => child.kill(signal));
  });
  let printed = '';
  child.stdout?.on('data', (chunk) => {
    printed += chunk;
    onStdout?.(printed);
  });
  const [stdout, [code]] = await Promise.all([
    output === undefined ? text(child.stdout) : '',
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return {
    code,
    stdout,
    stderr: said,
    lines: <Line>() =>
      stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Line),
  };
}
