import { styleText } from 'node:util';

type Colour = 'green' | 'yellow' | 'red' | 'dim';

/** Where one line of progress ends and the time it took is shown. */
const titleWidth = 46;

/** What `filemill up` tells people, on stderr: one line for each part, and what happens afterwards. */
export class Report {
  readonly #verbose: boolean;

  constructor({ verbose }: { verbose: boolean }) {
    this.#verbose = verbose;
  }

  /** A part is up. `sinceMs` is a reading of performance.now(). */
  ready(title: string, sinceMs: number, note: string): void {
    const seconds = `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
    this.#write(`${paint('green', '✔')} ${title.padEnd(titleWidth)} ${seconds.padStart(6)}   ${note}`.trimEnd());
  }

  /** A part that is left out, and what stands in for it. */
  absent(title: string, note: string): void {
    this.#write(`${paint('dim', '–')} ${title.padEnd(titleWidth)} ${''.padStart(6)}   ${note}`);
  }

  readonly note = (line: string): void => this.#write(line);

  readonly warn = (line: string): void => this.#write(`${paint('yellow', '!')} ${line}`);

  error(line: string): void {
    this.#write(`${paint('red', '✖')} ${line}`);
  }

  /** What a service logged: everything when verbose, otherwise what somebody should look at. */
  readonly service = (name: string, { level, text }: { level: string; text: string }): void => {
    if (this.#verbose) this.#write(`${paint('dim', name.padEnd(9))} ${level === 'raw' ? '' : `${level}: `}${text}`);
    else if (level === 'warn') this.warn(`${name}: ${text}`);
    else if (level === 'error' || level === 'fatal') this.error(`${name}: ${text}`);
  };

  #write(line: string): void {
    process.stderr.write(`${line}\n`);
  }
}

/** Coloured where stderr is a terminal that wants it (NO_COLOR and FORCE_COLOR are heeded). */
function paint(colour: Colour, text: string): string {
  return styleText(colour, text, { stream: process.stderr });
}
