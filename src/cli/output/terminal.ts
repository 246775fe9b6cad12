import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';

export interface TerminalOptions {
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly color?: boolean | undefined;
  /** In place of what the terminal itself says. */
  readonly columns?: number | undefined;
}

/** Data goes to stdout, everything else to stderr; a status line is drawn on a terminal only. */
export class Terminal {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly #color: boolean;
  readonly #columns: number | undefined;
  #status = '';
  /** Data for a program: lines of one moment leave together. */
  #unprinted = '';

  constructor({ quiet = false, verbose = false, color = true, columns }: TerminalOptions) {
    this.quiet = quiet;
    this.verbose = verbose;
    this.#color = color;
    this.#columns = columns;
  }

  /** True when somebody watches and a moving line does no harm. */
  get animated(): boolean {
    return process.stderr.isTTY === true && !this.quiet;
  }

  /** Data. */
  print(line: string): void {
    if (this.#unprinted === '') process.nextTick(() => this.#flush());
    this.#unprinted += `${line}\n`;
    if (process.stdout.isTTY) this.#flush();
  }

  /** Columns that a row of data may take. Where nobody looks at it nothing is cut. */
  get width(): number {
    return this.#columns ?? ((process.stdout.isTTY && process.stdout.columns) || Number.POSITIVE_INFINITY);
  }

  /** A remark that --quiet silences. */
  note(line: string): void {
    if (!this.quiet) this.complain(line);
  }

  /** Something that has to be said. */
  complain(line: string): void {
    // Where both streams end in one file, what was said first comes first.
    this.#flush();
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
