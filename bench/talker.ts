import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Memory, memoryBelow } from './processes.ts';

/** A process that answers each line on its standard input with a line. Its first line says that it is ready. */
export class Talker implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#answers = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  }

  static async start(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<Talker> {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
    const talker = new Talker(child);
    await talker.#answer();
    return talker;
  }

  async ask(line: string): Promise<string> {
    this.#child.stdin?.write(`${line}\n`);
    return await this.#answer();
  }

  /** With all processes below it. */
  memory(): Memory {
    return memoryBelow(this.#child.pid as number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode, stdin } = this.#child;
    stdin?.end();
    if (exitCode === null && signalCode === null) await once(this.#child, 'exit');
  }

  async #answer(): Promise<string> {
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`${this.#child.spawnargs.slice(0, 2).join(' ')} has ended.`);
    return value;
  }
}
