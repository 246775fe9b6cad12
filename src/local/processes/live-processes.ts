import type { ChildProcess } from 'node:child_process';
import { killGroup } from './child.ts';

/** All processes from their spawn to their end, so that no moment of a start is out of reach of `kill`. */
export class LiveProcesses {
  readonly #harshSignals = new Map<ChildProcess, NodeJS.Signals>();

  /** `harsh` is the signal that ends it at once. Call before anything is awaited after the spawn. */
  add(child: ChildProcess, harsh: NodeJS.Signals): void {
    this.#harshSignals.set(child, harsh);
    child.once('exit', () => this.#harshSignals.delete(child));
  }

  /** Ends all at once, without waiting. */
  kill(): void {
    for (const [child, harsh] of this.#harshSignals) killGroup(child, harsh);
  }
}
