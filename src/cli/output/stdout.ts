import { once } from 'node:events';
import type { DownloadSink } from '#sdk/download-file.ts';

/** Bytes to stdout, as fast as its reader takes them. */
export class Stdout implements DownloadSink {
  readonly #signal: AbortSignal;
  size = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    // It begins empty.
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.size += chunk.length;
    if (!process.stdout.write(chunk)) await once(process.stdout, 'drain', { signal: this.#signal });
  }
}
