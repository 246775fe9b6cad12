/** How often this process looks. */
export const lookEveryMs = 1_000;
/** A service says that it lives once a second; this many looks without a word, and it hangs. */
const looksUntilHung = 15;
/** While it starts it may be busy for longer: Node reads its modules, on a machine that does much else. */
const looksWhileStarting = 120;

/**
 * Tells a service that hangs, be it frozen or stuck in a loop, from one that nobody has listened to. What counts is
 * how often this process has looked, not the time: it may itself have been frozen, or the machine asleep or
 * overloaded, and then it looks less often, too.
 */
export class Silence {
  #looks = 0;
  #started = false;
  #debugged = false;

  /** @param debugged whether a debugger is attached, which may stop the service for as long as somebody thinks */
  heard({ debugged }: { readonly debugged: boolean }): void {
    this.#looks = 0;
    this.#started = true;
    this.#debugged = debugged;
  }

  /** @returns whether the service hangs */
  look(): boolean {
    this.#looks += 1;
    return !this.#debugged && this.#looks > (this.#started ? looksUntilHung : looksWhileStarting);
  }
}
