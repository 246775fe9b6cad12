import { formatCount, printable } from './printable.ts';
import { type StatusPart, statusLine, transferParts } from './status-line.ts';
import type { Terminal } from './terminal.ts';

const redrawMs = 120;

/** Draws a status line for the whole upload: files, bytes, rate, time left. */
export class UploadProgress implements Disposable {
  readonly #terminal: Terminal;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  #sentBytes = 0;
  #endedFiles = 0;
  #failedFiles = 0;
  #waitingFiles = 0;
  #totalBytes = 0;
  #totalFiles = 0;
  #measured = false;
  #name = '';

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#timer = setInterval(() => this.#draw(), redrawMs);
    this.#timer.unref();
    if (!terminal.animated) clearInterval(this.#timer);
  }

  /** A file was found that will be uploaded. */
  foresee(bytes: number): void {
    this.#totalFiles += 1;
    this.#totalBytes += bytes;
  }

  /** All files have been found, so the remaining time can be estimated. */
  measured(): void {
    this.#measured = true;
  }

  sent(bytes: number): void {
    this.#sentBytes += bytes;
  }

  /** @param name of the file whose outcome is known */
  fileEnded({ failed, name }: { readonly failed: boolean; readonly name: string }): void {
    this.#endedFiles += 1;
    this.#name = printable(name);
    if (failed) this.#failedFiles += 1;
  }

  /** The number of acknowledged files that wait for their analysis has changed. */
  waiting(difference: number): void {
    this.#waitingFiles += difference;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#terminal.status('');
  }

  #draw(): void {
    const seconds = (performance.now() - this.#startedAt) / 1_000;
    const total = Math.max(this.#totalFiles, this.#endedFiles);
    const files = `${formatCount(this.#endedFiles)}/${formatCount(total)}${this.#measured ? '' : '+'} files`;
    const transfer = { done: this.#sentBytes, total: this.#totalBytes, seconds, isMeasured: this.#measured };
    const [bar, percent, ...more] = transferParts(transfer);
    const parts: StatusPart[] = [
      ...(bar && percent ? [bar, percent] : []),
      { text: files, rank: 0 },
      { text: told(this.#failedFiles, 'failed'), rank: 0 },
      { text: told(this.#waitingFiles, 'being analysed'), rank: 1 },
      ...more,
    ];
    this.#terminal.status(statusLine(parts, this.#name, this.#terminal.statusWidth));
  }
}

function told(count: number, what: string): string {
  return count === 0 ? '' : `${formatCount(count)} ${what}`;
}
