import { printable } from './output/printable.ts';
import type { Terminal } from './output/terminal.ts';

/** Names each id that no file has. */
export function reportMissing(terminal: Terminal, ids: readonly string[]): void {
  for (const id of ids) terminal.complain(`filemill: No file has the id ${printable(id)}; deleted files are gone.`);
}
