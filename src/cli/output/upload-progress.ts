import { formatBytes, formatCount, formatDuration } from './printable.ts';
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

  fileEnded({ failed }: { failed: boolean }): void {
    this.#endedFiles += 1;
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
    const rate = this.#sentBytes / seconds;
    const total = Math.max(this.#totalFiles, this.#endedFiles);
    const parts = [
      `${this.#bar()} ${formatCount(this.#endedFiles)}/${formatCount(total)}${this.#measured ? '' : '+'} files`,
      `${formatBytes(this.#sentBytes)} of ${formatBytes(Math.max(this.#totalBytes, this.#sentBytes))}`,
      `${formatBytes(rate)}/s`,
    ];
    const left = this.#totalBytes - this.#sentBytes;
    if (this.#measured && left > 0 && rate > 0) parts.push(`${formatDuration((left / rate) * 1_000)} left`);
    if (this.#failedFiles > 0) parts.push(`${formatCount(this.#failedFiles)} failed`);
    if (this.#waitingFiles > 0) parts.push(`${formatCount(this.#waitingFiles)} being analysed`);
    this.#terminal.status(parts.join('  '));
  }

  #bar(): string {
    const width = 20;
    const done = this.#totalBytes > 0 ? this.#sentBytes / this.#totalBytes : this.#endedFiles / (this.#totalFiles || 1);
    const filled = Math.round(Math.min(1, Math.max(0, done)) * width);
    return '█'.repeat(filled) + '░'.repeat(width - filled);
  }
}
