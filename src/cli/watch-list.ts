import { sleep } from '#platform/abort.ts';
import type { FileLine } from './output/file-line.ts';
import type { RecordWriter } from './output/writer.ts';
import type { Session } from './session.ts';

const lookEveryMs = 2_000;

export interface Watched {
  /** The files to show now, newest first. */
  look(limit: number): Promise<readonly FileLine[]>;
  /** Opens a table, or another list. */
  open(): Promise<RecordWriter<FileLine>>;
  /** At most so many files. */
  readonly limit: number;
}

/** Shows a list again and again, as long as it fits the screen. @returns only by the abort of the session's signal */
export async function redrawList({ terminal, signal }: Session, { look, open, limit }: Watched): Promise<never> {
  using _screen = terminal.screen();
  for (;;) {
    const lines = await look(Math.min(limit, terminal.rows - 2));
    terminal.clear();
    const writer = await open();
    for (const line of lines) writer.write(line);
    writer.end();
    await sleep(lookEveryMs, signal);
  }
}

/** Prints each file of a list, and again when it has changed. @returns only by the abort of the session's signal */
export async function printChanges({ signal }: Session, { look, open, limit }: Watched): Promise<never> {
  const writer = await open();
  let shown = new Map<string | null, string>();
  for (;;) {
    const lines = (await look(limit)).toReversed();
    const now = new Map(lines.map((line) => [line.id, JSON.stringify(line)]));
    for (const line of lines) if (shown.get(line.id) !== now.get(line.id)) writer.write(line);
    shown = now;
    await sleep(lookEveryMs, signal);
  }
}
