import type { HeldClaim } from './lease-keeper.ts';

/** How long a file that must run alone waits for running hand-overs. */
const defaultPatienceMs = 10_000;

/** A larger file gets a hand-over of its own. */
const smallBytes = 256 * 1024;

export interface WaitingLineOptions {
  /** Concurrent hand-overs of the pool. */
  readonly threads: number;
  /** Small files per hand-over. */
  readonly perHandOver: number;
  readonly patienceMs?: number | undefined;
  /** Called when `next` may answer with more claims. */
  readonly onPatienceEnd: () => void;
}

/**
 * Queues claims for the pool. Files that must run alone go first, one at a time, with nothing beside them: whatever
 * kills the worker meanwhile is their doing. They wait for running hand-overs, but not for ever, as a large file may
 * run for minutes. Small files share hand-overs.
 */
export class WaitingLine {
  readonly #options: WaitingLineOptions;
  #alone: HeldClaim[] = [];
  #others: HeldClaim[] = [];
  #patience: NodeJS.Timeout | undefined;
  #patienceEnded = false;
  #running = 0;
  #runningAlone = false;

  constructor(options: WaitingLineOptions) {
    this.#options = options;
  }

  /** Hand-overs in progress. */
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

  /** The claims of the next hand-over, or none. The caller must report them as `ended`. */
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

  /** The hand-over is done; claims that must run again may be added now. */
  ended(claims: readonly HeldClaim[]): void {
    this.#running -= 1;
    if (claims[0]?.file.alone) this.#runningAlone = false;
  }

  /** A fair share of small files, so that no thread is idle while another has many. */
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
    }, this.#options.patienceMs ?? defaultPatienceMs).unref();
    return [];
  }

  #forgetPatience(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#patienceEnded = false;
  }
}
