import type { HeldClaim } from './lease-keeper.ts';

/** Longest wait of a file that must run alone for what runs already to end. */
const defaultPatienceMs = 10_000;

export interface WaitingLineOptions {
  /** Files that the pool analyses at the same time. */
  readonly threads: number;
  readonly patienceMs?: number | undefined;
  /** Called when `next` may give more than it gave before. */
  readonly onPatienceEnd: () => void;
}

/**
 * The claims that wait to begin. Files that must run alone go first and one at a time, with nothing begun
 * beside them: whatever silences the worker meanwhile is their doing, and harms no other. They wait for what
 * runs already, but not for ever, as a large file may run for minutes.
 */
export class WaitingLine {
  readonly #threads: number;
  readonly #patienceMs: number;
  readonly #onPatienceEnd: () => void;
  #waiting: HeldClaim[] = [];
  #patience: NodeJS.Timeout | undefined;
  #patienceEnded = false;
  #running = 0;
  #runningAlone = false;

  constructor({ threads, patienceMs = defaultPatienceMs, onPatienceEnd }: WaitingLineOptions) {
    this.#threads = threads;
    this.#patienceMs = patienceMs;
    this.#onPatienceEnd = onPatienceEnd;
  }

  get waiting(): readonly HeldClaim[] {
    return this.#waiting;
  }

  add(claim: HeldClaim): void {
    this.#waiting.push(claim);
  }

  remove(claims: readonly HeldClaim[]): void {
    this.#waiting = this.#waiting.filter((claim) => !claims.includes(claim));
  }

  /** The claim that begins now, if any may; to be `ended` by the caller. */
  next(): HeldClaim | undefined {
    if (this.#runningAlone) return undefined;
    const first = this.#waiting.find(({ file }) => file.alone);
    if (first === undefined) this.#forgetPatience();
    else if (this.#running > 0 && !this.#patienceEnded) return this.#losePatience();
    const claim = first ?? (this.#running < this.#threads ? this.#waiting[0] : undefined);
    if (claim === undefined) return undefined;
    this.remove([claim]);
    this.#running += 1;
    this.#runningAlone = claim.file.alone;
    return claim;
  }

  /** The analysis of a claim that `next` gave is over. */
  ended(claim: HeldClaim): void {
    this.#running -= 1;
    if (claim.file.alone) this.#runningAlone = false;
  }

  #losePatience(): undefined {
    this.#patience ??= setTimeout(() => {
      this.#patienceEnded = true;
      this.#onPatienceEnd();
    }, this.#patienceMs).unref();
  }

  #forgetPatience(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#patienceEnded = false;
  }
}
