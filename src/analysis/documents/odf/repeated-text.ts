import { UnreadableFile } from '#domain/analysis.ts';

/** The longest text that repetition may make, in UTF-16 code units. */
const maxLength = 64 * 2 ** 20;

interface Repetition {
  readonly count: number;
  text: string;
}

/** Text in which cells and rows are written once and shown several times. */
export class RepeatedText {
  readonly #add: (text: string) => void;
  readonly #open: Repetition[] = [];

  /** @param add receives the text as it is shown */
  constructor(add: (text: string) => void) {
    this.#add = add;
  }

  add(text: string): void {
    const inner = this.#open.at(-1);
    if (inner === undefined) this.#add(text);
    else inner.text += text;
  }

  /** The text up to the end of the element is shown as often as `written` says. */
  open(written: string | undefined): void {
    const count = Number(written ?? 1);
    this.#open.push({ count: Number.isInteger(count) && count > 0 ? count : 1, text: '' });
  }

  close(): void {
    const closed = this.#open.pop();
    if (closed === undefined || closed.text === '') return;
    if (closed.text.length * closed.count > maxLength)
      throw new UnreadableFile('too_large', `A cell or row is repeated ${closed.count} times.`);
    this.add(closed.text.repeat(closed.count));
  }
}
