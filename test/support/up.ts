import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** `filemill up` as a user runs it, in a process group of its own like the foreground job of a shell. */
export class Up implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly dataDir: string;
  /** Inherited by all that it starts, so that they can be found however they are related. */
  readonly #mark = `FILEMILL_TEST_MARK=${randomUUID()}`;
  stdout = '';
  stderr = '';

  constructor(dataDir: string, args: readonly string[] = [], env: Record<string, string> = {}) {
    this.dataDir = dataDir;
    const ports = ['--grpc-port', '0', '--http-port', '0'].filter(
      (_, index) => !args.includes(index < 2 ? '--grpc-port' : '--http-port'),
    );
    const [name = '', value = ''] = this.#mark.split('=');
    this.child = spawn(process.execPath, [main, 'up', '--data-dir', dataDir, ...ports, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, [name]: value, ...env },
    });
    this.child.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
    });
    this.child.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
  }

  /** Resolves once stderr holds the pattern; rejects with what it holds when `up` ends without. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stderr);
      if (match !== null) return match;
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`up ended without saying ${pattern}:\n${this.stderr}`);
      await delay(20);
    }
  }

  async ready(): Promise<{ readonly grpc: string; readonly http: string }> {
    const [, grpc = '', http = ''] = await this.said(/gRPC (\S+) +http:\/\/(\S+)\n(?:.*\n)*?Ready\./);
    return { grpc, http };
  }

  /** The exit code. */
  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return this.child.exitCode;
  }

  /** What a terminal does on Ctrl-C: the signal reaches the whole foreground process group. */
  ctrlC(): void {
    process.kill(-(this.child.pid ?? 0), 'SIGINT');
  }

  /** The processes that this `up` recorded as its services. */
  async services(): Promise<Record<string, number>> {
    const recorded = JSON.parse(await readFile(join(this.dataDir, 'children.json'), 'utf8')) as Record<
      string,
      { pid: number }
    >;
    return Object.fromEntries(Object.entries(recorded).map(([name, { pid }]) => [name, pid]));
  }

  /** Everything that this run started and that still runs: `up`, services, Redis, PostgreSQL. */
  async running(): Promise<string[]> {
    const found: string[] = [];
    for (const pid of await readdir('/proc')) {
      if (!/^\d+$/.test(pid)) continue;
      const [command = '', environment = '', folder = ''] = await Promise.all([
        readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
        readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''),
        readlink(`/proc/${pid}/cwd`).catch(() => ''),
      ]);
      if (environment.includes(this.#mark) || folder.startsWith(this.dataDir) || command.includes(this.dataDir))
        found.push(`${pid} ${command.replaceAll('\0', ' ').slice(0, 120)}`);
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Processes that a failed test left: by their ids, found as above.
    for (const line of await this.running()) {
      try {
        process.kill(Number.parseInt(line, 10), 'SIGKILL');
      } catch {
        // It has ended since.
      }
    }
    await this.ended();
  }
}
