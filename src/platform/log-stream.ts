import { writeSync } from 'node:fs';

/** No more than this many UTF-16 code units wait in memory. */
const maxWaiting = 64 * 1024;

/** How long to wait for the reader of a pipe that is full. */
const fullPipeMs = 5;

/**
 * Writes log lines to a file descriptor. The lines of one turn of the event loop are written together, as a system call for
 * each would cost more than the line itself; a warning, and the end of the process, let none wait.
 */
export class LogStream {
  readonly #fd: number;
  #waiting = '';

  constructor(fd: number) {
    this.#fd = fd;
    process.on('exit', () => this.flush());
  }

  write(line: string): void {
    if (this.#waiting === '') setImmediate(() => this.flush());
    this.#waiting += line;
    if (this.#waiting.length > maxWaiting) this.flush();
  }

  flush(): void {
    let bytes = Buffer.from(this.#waiting);
    this.#waiting = '';
    while (bytes.length > 0) bytes = bytes.subarray(this.#writeSome(bytes));
  }

  /** A reader that is gone must not end the process. */
  #writeSome(bytes: Buffer): number {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return bytes.length;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, fullPipeMs);
      return 0;
    }
  }
}
