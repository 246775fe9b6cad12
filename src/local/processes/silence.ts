export const lookEveryMs = 1_000;
/** A service sends a heartbeat once a second; after this many checks without one it counts as hung. */
const looksUntilHung = 15;
/** A starting service gets longer, because Node loads its modules on a machine that may be busy. */
const looksWhileStarting = 120;

/**
 * Detects a service that is frozen or stuck in a loop. It counts checks instead of time, because this process may
 * itself have been frozen, or the machine asleep or overloaded, and then there are fewer checks, too.
 */
export class Silence {
  #looks = 0;
  #started = false;
  #debugged = false;

  /** @param debugged whether a debugger is attached, which may pause the service for any time */
  heard({ debugged }: { readonly debugged: boolean }): void {
    this.#looks = 0;
    this.#started = true;
    this.#debugged = debugged;
  }

  /** How long the service has said nothing. */
  get seconds(): number {
    return (this.#looks * lookEveryMs) / 1_000;
  }

  /** @returns whether the service hangs */
  look(): boolean {
    this.#looks += 1;
    return !this.#debugged && this.#looks > (this.#started ? looksUntilHung : looksWhileStarting);
  }
}
