import { styleText } from 'node:util';
import { cutText } from './display-width.ts';

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';

export interface TerminalOptions {
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly color?: boolean | undefined;
  /** Its COLUMNS overrides the width of the terminal. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** Data goes to stdout, everything else to stderr; a status line is drawn on a terminal only. */
export class Terminal {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly #color: boolean;
  readonly #columns: number | undefined;
  readonly #term: string | undefined;
  #status = '';
  /** Lines for a program that are written together in the next tick. */
  #unprinted = '';

  constructor({ quiet = false, verbose = false, color = true, env }: TerminalOptions) {
    this.quiet = quiet;
    this.verbose = verbose;
    this.#color = color;
    this.#columns = Number(env?.COLUMNS) || undefined;
    this.#term = env?.TERM;
  }

  /** True when stderr is a terminal, where a status line may be drawn. */
  get animated(): boolean {
    return process.stderr.isTTY === true && this.#term !== 'dumb' && !this.quiet;
  }

  /** Writes a line of data to stdout. */
  print(line: string): void {
    if (this.#unprinted === '') process.nextTick(() => this.#flush());
    this.#unprinted += `${line}\n`;
    if (process.stdout.isTTY) this.#flush();
  }

  /** The width of a row of data; unlimited unless stdout is a terminal. */
  get width(): number {
    return this.#columns ?? ((process.stdout.isTTY && process.stdout.columns) || Number.POSITIVE_INFINITY);
  }

  /** True when stdout is a terminal that can be cleared. */
  get isScreen(): boolean {
    return process.stdout.isTTY === true && this.#term !== 'dumb' && !this.quiet;
  }

  get rows(): number {
    return process.stdout.rows ?? 24;
  }

  /** Switches to a screen of its own until it is disposed of, or the process exits. */
  screen(): Disposable {
    const leave = () => void process.stdout.write('\u001b[?25h\u001b[?1049l');
    process.stdout.write('\u001b[?1049h\u001b[?25l');
    process.once('exit', leave);
    return {
      [Symbol.dispose]: () => {
        process.off('exit', leave);
        leave();
      },
    };
  }

  clear(): void {
    process.stdout.write('\u001b[H\u001b[2J');
  }

  /** Writes a remark, which --quiet silences. */
  note(line: string): void {
    if (!this.quiet) this.complain(line);
  }

  /** Writes what has to be said. */
  complain(line: string): void {
    // Keep the order when both streams go to the same file.
    this.#flush();
    this.#beside(() => process.stderr.write(`${line}\n`));
  }

  /** The columns of a status line; the last one of the terminal stays free, where some wrap. */
  get statusWidth(): number {
    return Math.max(1, (process.stderr.columns ?? 80) - 1);
  }

  /** Replaces the status line; an empty text removes it. */
  status(text: string): void {
    if (!this.animated) return;
    this.#status = cutText(text, this.statusWidth);
    process.stderr.write(`\r\u001b[K${this.#status}`);
  }

  paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
    return this.#color ? styleText(style, text, { stream }) : text;
  }

  #flush(): void {
    const text = this.#unprinted;
    this.#unprinted = '';
    if (text !== '') this.#beside(() => process.stdout.write(text));
  }

  #beside(write: () => void): void {
    if (this.#status !== '') process.stderr.write('\r\u001b[K');
    write();
    if (this.#status !== '') process.stderr.write(this.#status);
  }
}
