/** The beginning of a text file. */
export interface TextSample {
  readonly text: string;
  /** Whether the file continues after `text`. */
  readonly truncated: boolean;
  /** The extension of the file name, in lower case and without the dot. */
  readonly extension: string;
  readonly filename: string;
}

/**
 * How well the content fits a type: `possible`, with the right extension; `likely`, unless the extension stands for another
 * possible type; `certain`, whatever the extension.
 */
export type Verdict = 'possible' | 'likely' | 'certain';

export interface Guess {
  readonly mime: string;
  readonly verdict: Verdict;
}

/** Looks for the types of one field. Undefined if the text is none of them. */
export type Detector = (page: Page) => Guess | undefined;

export function certain(mime: string): Guess {
  return { mime, verdict: 'certain' };
}

export function likely(mime: string): Guess {
  return { mime, verdict: 'likely' };
}

export function possible(mime: string): Guess {
  return { mime, verdict: 'possible' };
}

/** The most lines that detectors look at, and the most characters of all of them. */
const maxLines = 400;
const maxExcerpt = 16_384;

/** A sample, and the views of it that detectors share. Each is made when it is first wanted. */
export class Page implements TextSample {
  readonly text: string;
  readonly truncated: boolean;
  readonly extension: string;
  readonly filename: string;
  #body: string | undefined;
  #excerpt: string | undefined;
  #lines: readonly string[] | undefined;
  #inked: readonly string[] | undefined;

  constructor({ text, truncated, extension, filename }: TextSample) {
    this.text = text;
    this.truncated = truncated;
    this.extension = extension;
    this.filename = filename;
  }

  /** The text without white space before it. */
  get body(): string {
    this.#body ??= this.text.trimStart();
    return this.#body;
  }

  /** The first 16 Ki characters of `body`. Expressions that search, and do not just match the start, are for this. */
  get excerpt(): string {
    this.#excerpt ??= this.body.slice(0, maxExcerpt);
    return this.#excerpt;
  }

  /** The first lines of `excerpt`. The last one is left out when it may be cut. */
  get lines(): readonly string[] {
    if (this.#lines === undefined) {
      // Most texts have LF alone, at which a string is split several times as fast as at an expression.
      const ends = this.excerpt.includes('\r') ? /\r\n?|\n/ : '\n';
      const lines = this.excerpt.split(ends, maxLines);
      const isCut = this.truncated || this.body.length > maxExcerpt;
      this.#lines = isCut && lines.length > 1 && lines.length < maxLines ? lines.slice(0, -1) : lines;
    }
    return this.#lines;
  }

  /** The lines with anything on them, without white space around. */
  get inked(): readonly string[] {
    this.#inked ??= inkedOf(this.lines);
    return this.#inked;
  }
}

function inkedOf(lines: readonly string[]): readonly string[] {
  const inked: string[] = [];
  for (const line of lines) {
    const trimmed = isTrimmed(line) ? line : line.trim();
    if (trimmed !== '') inked.push(trimmed);
  }
  return inked;
}

/** Whether both ends are printable ASCII: to look is faster than to trim. */
function isTrimmed(line: string): boolean {
  return isInk(line.charCodeAt(0)) && isInk(line.charCodeAt(line.length - 1));
}

function isInk(unit: number): boolean {
  return unit > 0x20 && unit < 0x7f;
}
