type Style = 'green' | 'yellow' | 'red' | 'dim';

/** How the command line writes to stderr. */
export interface ReportOutput {
  /** A remark that may be silenced. */
  note(line: string): void;
  /** Something that has to be said. */
  complain(line: string): void;
  paint(style: Style, text: string): string;
  /** Whether everything that the services log is wanted. */
  readonly verbose: boolean;
}

/** Where the title of a part ends and the time it took is shown. */
const titleWidth = 46;

/** What `filemill up` tells people: one line for each part, then what happens to them. */
export class Report {
  readonly #output: ReportOutput;

  constructor(output: ReportOutput) {
    this.#output = output;
  }

  /** A part is up. `since` is a reading of performance.now(). */
  ready(title: string, since: number, note: string): void {
    const seconds = `${((performance.now() - since) / 1000).toFixed(1)} s`;
    this.note(`${this.#output.paint('green', '✔')} ${title.padEnd(titleWidth)} ${seconds.padStart(6)}   ${note}`);
  }

  /** A part that is left out, and what stands in for it. */
  absent(title: string, note: string): void {
    this.note(`${this.#output.paint('dim', '–')} ${title.padEnd(titleWidth)} ${''.padStart(6)}   ${note}`);
  }

  readonly note = (line: string): void => this.#output.note(line.trimEnd());

  readonly warn = (line: string): void => this.#output.complain(`${this.#output.paint('yellow', '!')} ${line}`);

  /** What a service logged: everything when verbose, otherwise what somebody should look at. */
  readonly service = (name: string, { level, text }: { level: string; text: string }): void => {
    const { paint, complain, verbose } = this.#output;
    if (verbose) complain(`${paint('dim', name.padEnd(9))} ${level === 'raw' ? '' : `${level}: `}${text}`);
    else if (level === 'warn') this.warn(`${name}: ${text}`);
    else if (level === 'error' || level === 'fatal') complain(`${paint('red', '✖')} ${name}: ${text}`);
  };
}
