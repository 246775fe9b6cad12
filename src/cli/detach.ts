import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endOf } from '#local/processes/child.ts';
import { problemOfPath } from '#platform/problem-of-path.ts';
import { CliError, type ExitCode, exitCodes } from './failure.ts';

/** The option by which the process in the background knows itself. */
export const inBackground = '--in-background';

/** What this process sends when it serves, to the one that waits for it. */
const ready = 'ready';

/** Lines of its log that explain a failed start. */
const shownLines = 30;

/**
 * Runs this very command again, in a session of its own, and waits until it serves.
 *
 * @throws CliError with the end of its log and its exit code when it ends instead
 */
export async function startInBackground(dataDir: string, env: NodeJS.ProcessEnv): Promise<void> {
  const log = await openLog(dataDir);
  const { size: before } = await log.file.stat();
  // npm ends with the command; what it started should not (src/cli/commands/up.ts watches for its end).
  const { npm_lifecycle_event: _, ...inherited } = env;
  const command = [...process.execArgv, ...process.argv.slice(1), inBackground];
  const child = spawn(process.execPath, command, {
    detached: true,
    env: inherited,
    stdio: ['ignore', log.file.fd, log.file.fd, 'ipc'],
  });
  await log.file.close();
  const outcome = await untilServing(child);
  if (outcome === ready) return;
  const said = (await readFile(log.path)).subarray(before).toString().trimEnd().split('\n').slice(-shownLines);
  throw new CliError(codeOf(child), `Filemill ${outcome} while starting. ${log.path} says:\n${said.join('\n')}`);
}

/** Tells the process that waits, if there is one. */
export function tellServing(): void {
  process.send?.(ready);
  process.disconnect?.();
}

async function openLog(dataDir: string) {
  const path = join(dataDir, 'logs', 'up.log');
  try {
    await mkdir(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
    return { path, file: await open(path, 'a', 0o600) };
  } catch (error) {
    throw new CliError(
      exitCodes.usage,
      `Cannot write ${path}: ${problemOfPath(error)}. Choose another with --data-dir.`,
    );
  }
}

/** A signal to this process is meant for the whole command. */
async function untilServing(child: ChildProcess): Promise<string> {
  const passOn = (name: NodeJS.Signals) => child.kill(name);
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, passOn);
  const isReady = once(child, 'message').then(([message]) => String(message));
  const outcome = await Promise.race([isReady, endOf(child)]);
  for (const name of names) process.off(name, passOn);
  if (child.connected) child.disconnect();
  child.unref();
  return outcome;
}

function codeOf({ exitCode }: ChildProcess): ExitCode {
  return Object.values(exitCodes).find((code) => code === exitCode && code !== exitCodes.ok) ?? exitCodes.unexpected;
}
