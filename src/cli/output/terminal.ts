import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';

/** Data goes to stdout, everything else to stderr; a status line is drawn on a terminal only. */
export class Terminal {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly #color: boolean;
  #status = '';

  constructor({ quiet = false, verbose = false, color = true }) {
    this.quiet = quiet;
    this.verbose = verbose;
    this.#color = color;
  }

  /** True when somebody watches and a moving line does no harm. */
  get animated(): boolean {
    return process.stderr.isTTY === true && !this.quiet;
  }

  /** Data. */
  print(line: string): void {
    const { stdout } = process;
    if (!stdout.isTTY) {
      // For a program, lines of one moment leave together.
      stdout.cork();
      process.nextTick(() => stdout.uncork());
    }
    this.#beside(() => stdout.write(`${line}\n`));
  }

  /** A remark that --quiet silences. */
  note(line: string): void {
    if (!this.quiet) this.complain(line);
  }

  /** Something that has to be said. */
  complain(line: string): void {
    this.#beside(() => process.stderr.write(`${line}\n`));
  }

  /** Replaces the line that moves; an empty text removes it. */
  status(text: string): void {
    if (!this.animated) return;
    this.#status = text.slice(0, Math.max(0, (process.stderr.columns ?? 80) - 1));
    process.stderr.write(`\r\u001b[K${this.#status}`);
  }

  paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
    return this.#color ? styleText(style, text, { stream }) : text;
  }

  #beside(write: () => void): void {
    if (this.#status !== '') process.stderr.write('\r\u001b[K');
    write();
    if (this.#status !== '') process.stderr.write(this.#status);
  }
}
