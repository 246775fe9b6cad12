type Style = 'green' | 'yellow' | 'red' | 'dim';

/** The terminal of the command line. */
interface ReportOutput {
  /** Writes a remark, which --quiet silences. */
  note(line: string): void;
  /** Writes what has to be said. */
  complain(line: string): void;
  paint(style: Style, text: string, stream: NodeJS.WriteStream): string;
  /** Whether to show everything that the services log. */
  readonly verbose: boolean;
}

interface ServiceLine {
  readonly level: string;
  /** Whether it tells the end of what was warned of. */
  readonly isRecovery: boolean;
  readonly text: string;
}

/** Titles are padded to this width; the time follows. */
const titleWidth = 46;

/** What `filemill up` prints: one line for each part, then what happens to it. */
export class Report {
  readonly #output: ReportOutput;

  constructor(output: ReportOutput) {
    this.#output = output;
  }

  /** A part is up. `since` is a reading of performance.now(). */
  ready(title: string, since: number, note: string): void {
    const seconds = `${((performance.now() - since) / 1000).toFixed(1)} s`;
    this.note(`${this.#paint('green', '✔')} ${title.padEnd(titleWidth)} ${seconds.padStart(6)}   ${note}`);
  }

  /** A part is left out; `note` says what is used instead. */
  absent(title: string, note: string): void {
    this.note(`${this.#paint('dim', '–')} ${title.padEnd(titleWidth)} ${''.padStart(6)}   ${note}`);
  }

  readonly note = (line: string): void => this.#output.note(line.trimEnd());

  readonly warn = (line: string): void => this.#output.complain(`${this.#paint('yellow', '!')} ${line}`);

  /** Shows what a service logged: everything when verbose, otherwise warnings, their end, and errors. */
  readonly service = (name: string, line: ServiceLine): void => {
    const output = this.#output;
    const { level } = line;
    if (output.verbose)
      output.complain(`${this.#paint('dim', name.padEnd(9))} ${level === 'raw' ? '' : `${level}: `}${line.text}`);
    else if (level === 'warn') this.warn(`${name}: ${line.text}`);
    else if (line.isRecovery) output.complain(`${this.#paint('green', '✔')} ${name}: ${line.text}`);
    else if (level === 'error' || level === 'fatal')
      output.complain(`${this.#paint('red', '✖')} ${name}: ${line.text}`);
  };

  #paint(style: Style, text: string): string {
    return this.#output.paint(style, text, process.stderr);
  }
}
