import { printable } from './output/printable.ts';
import type { Terminal } from './output/terminal.ts';

/** Names each id that no file has, and remembers that there was one. */
export class Missing {
  readonly #terminal: Terminal;
  #any = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  get any(): boolean {
    return this.#any;
  }

  report(id: string): void {
    this.#any = true;
    this.#terminal.complain(`filemill: No file has the id ${printable(id)}; deleted files are gone.`);
  }
}
