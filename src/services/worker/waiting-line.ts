import type { HeldClaim } from './lease-keeper.ts';

/** Longest wait of a file that must run alone for what runs already to end. */
const defaultPatienceMs = 10_000;

/** A larger file is handed over by itself. */
const smallBytes = 256 * 1024;

export interface WaitingLineOptions {
  /** Hand-overs that the pool works on at the same time. */
  readonly threads: number;
  /** Small files in one of them. */
  readonly perHandOver: number;
  readonly patienceMs?: number | undefined;
  /** Called when `next` may give more than it gave before. */
  readonly onPatienceEnd: () => void;
}

/**
 * The claims that wait to begin. Files that must run alone go first and one at a time, with nothing begun
 * beside them: whatever silences the worker meanwhile is their doing, and harms no other. They wait for what
 * runs already, but not for ever, as a large file may run for minutes. Of the others, small files go together.
 */
export class WaitingLine {
  readonly #options: WaitingLineOptions;
  readonly #patienceMs: number;
  #alone: HeldClaim[] = [];
  #others: HeldClaim[] = [];
  #patience: NodeJS.Timeout | undefined;
  #patienceEnded = false;
  #running = 0;
  #runningAlone = false;

  constructor(options: WaitingLineOptions) {
    this.#options = options;
    this.#patienceMs = options.patienceMs ?? defaultPatienceMs;
  }

  /** Hand-overs that began and have not `ended`. */
  get running(): number {
    return this.#running;
  }

  get waiting(): readonly HeldClaim[] {
    return [...this.#alone, ...this.#others];
  }

  add(claim: HeldClaim): void {
    (claim.file.alone ? this.#alone : this.#others).push(claim);
  }

  remove(claims: readonly HeldClaim[]): void {
    const gone = new Set(claims);
    this.#alone = this.#alone.filter((claim) => !gone.has(claim));
    this.#others = this.#others.filter((claim) => !gone.has(claim));
  }

  /** The claims that begin now, together; none when none may. To be `ended` by the caller. */
  next(): readonly HeldClaim[] {
    if (this.#runningAlone) return [];
    if (this.#alone.length > 0 && this.#running > 0 && !this.#patienceEnded) return this.#losePatience();
    const claims = this.#alone.length > 0 ? this.#alone.splice(0, 1) : this.#nextTogether();
    if (this.#alone.length === 0) this.#forgetPatience();
    if (claims.length === 0) return claims;
    this.#running += 1;
    this.#runningAlone = claims[0]?.file.alone === true;
    return claims;
  }

  /** What `next` gave at once is analysed; those that are to run again may be added now. */
  ended(claims: readonly HeldClaim[]): void {
    this.#running -= 1;
    if (claims[0]?.file.alone) this.#runningAlone = false;
  }

  /** Small files from the front: a fair share for a thread, so that none is idle while another has many. */
  #nextTogether(): readonly HeldClaim[] {
    const { threads, perHandOver } = this.#options;
    const idle = threads - this.#running;
    if (idle <= 0) return [];
    const share = Math.min(perHandOver, Math.ceil(this.#others.length / idle));
    const firstLarge = this.#others.findIndex(({ file }) => file.size > smallBytes);
    const small = firstLarge < 0 ? this.#others.length : firstLarge;
    return this.#others.splice(0, Math.max(1, Math.min(share, small)));
  }

  #losePatience(): readonly HeldClaim[] {
    this.#patience ??= setTimeout(() => {
      this.#patienceEnded = true;
      this.#options.onPatienceEnd();
    }, this.#patienceMs).unref();
    return [];
  }

  #forgetPatience(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#patienceEnded = false;
  }
}
