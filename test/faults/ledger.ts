import { appendFileSync } from 'node:fs';

/** One upload that a client was told is kept. */
export interface Acknowledgement {
  readonly id: string;
  /** Unique in the run: one decision to upload has one name. */
  readonly filename: string;
  /** Of the bytes that the client sent, by the client's own count. */
  readonly sha256: string;
  readonly size: number;
}

/** What was acknowledged, written down outside the system before anything else happens. */
export class Ledger {
  readonly #path: string;
  #entries: Acknowledgement[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  get entries(): readonly Acknowledgement[] {
    return this.#entries;
  }

  record(entry: Acknowledgement): void {
    appendFileSync(this.#path, `${JSON.stringify(entry)}\n`);
    this.#entries.push(entry);
  }

  /** The next round begins; the file keeps all of them. */
  turnPage(): void {
    this.#entries = [];
  }
}
