import { setTimeout as delay } from 'node:timers/promises';
import { maxBatchItems } from '#contract/requests.ts';
import type { OutputData } from '#domain/analysis.ts';
import type { ClaimedFile } from '#domain/file.ts';
import type { Work, WorkSource } from '#domain/work-source.ts';
import { type Duty, startDuty } from '#platform/duty.ts';
import { pair } from '#platform/pair.ts';
import { filesAnalysed } from '#platform/telemetry/events.ts';
import { type AttemptTools, completeOne, concludeAll, type Judged, judge } from './attempt.ts';
import { linkToClaim, startPass } from './attempt-spans.ts';
import { ClaimGate } from './claim-gate.ts';
import type { ClaimWindow } from './claim-window.ts';
import type { HeldClaim, LeaseKeeper } from './lease-keeper.ts';
import { WaitingLine } from './waiting-line.ts';

export interface ProcessorOptions extends AttemptTools {
  readonly source: WorkSource;
  readonly keeper: LeaseKeeper;
  /** Claims held at once: being analysed, waiting for a thread, or being concluded. */
  readonly window: ClaimWindow;
  /** Time from the stop until what still runs is released. */
  readonly drainMs?: number;
  readonly patienceMs?: number;
}

const maxBackoffMs = 2_000;
const releaseForMs = 2_000;

/**
 * Claims files and brings each to its outcome; never holds more than its window. On disposal it stops claiming,
 * releases claims that have not begun, lets the rest end, and releases what does not.
 */
export class Processor implements AsyncDisposable {
  readonly #options: ProcessorOptions;
  readonly #stop = new AbortController();
  readonly #gate = new ClaimGate(this.#stop.signal);
  #claimsNow = false;
  readonly #held = new Set<HeldClaim>();
  readonly #line: WaitingLine;
  #completing = 0;
  #slotFreed = Promise.withResolvers<void>();
  #claiming: Duty | undefined;

  private constructor(options: ProcessorOptions) {
    this.#options = options;
    const { analysis, patienceMs } = options;
    this.#line = new WaitingLine({
      threads: analysis.threads,
      perHandOver: analysis.perHandOver,
      patienceMs,
      onPatienceEnd: () => this.#startWaiting(),
    });
  }

  static start(options: ProcessorOptions): Processor {
    const { logger } = options;
    const processor = new Processor(options);
    const round = async () => {
      await processor.#claim();
      return 0;
    };
    processor.#claiming = startDuty({ name: 'claiming', logger, round, maxBackoffMs });
    return processor;
  }

  /** Files that this worker holds. */
  get held(): number {
    return this.#held.size;
  }

  /** Whether it was told to drain, and holds nothing any longer. */
  get drained(): boolean {
    return this.#gate.isClosed && !this.#claimsNow && this.#held.size === 0;
  }

  /** Stops claiming, or begins again. What is held is brought to its outcome. */
  drain(draining: boolean): void {
    if (draining === this.#gate.isClosed) return;
    this.#options.logger.info(draining ? 'draining: this worker claims no more files' : 'claiming files again');
    if (draining) this.#gate.close();
    else this.#gate.open();
  }

  /** Busy threads. */
  get busyThreads(): number {
    const { analysis, isolates } = this.#options;
    // A suspect and a document have a process of their own.
    return Math.min(this.#line.running + isolates.busy, analysis.threads);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const deadline = delay(this.#options.drainMs ?? 24_000, undefined, { ref: false });
    this.#stop.abort();
    const claimed = this.#claiming?.[Symbol.asyncDispose]();
    this.#slotFreed.resolve();
    await this.#release(this.#line.waiting);
    // A claim in flight ends within seconds, and its files must be released too.
    await claimed;
    await this.#release(this.#line.waiting);
    await Promise.race([this.#allEnded(), deadline]);
    await this.#release([...this.#held]);
  }

  async #claim(): Promise<void> {
    const { window } = this.#options;
    if (this.#gate.isClosed) return await this.#gate.opened;
    const free = window.size - this.#held.size;
    // A small claim costs everyone as much as a large one.
    if (free < Math.max(1, window.size / 2)) await this.#slotFree();
    else await this.#claimUpTo(Math.min(free, maxBatchItems));
  }

  async #claimUpTo(max: number): Promise<void> {
    this.#claimsNow = true;
    try {
      this.#take(await this.#options.source.next(max, this.#gate.signal));
    } catch (error) {
      if (!this.#gate.isClosed) throw error;
    } finally {
      this.#claimsNow = false;
    }
  }

  #take({ files, leaseExpiresAt, leaseMs }: Work): void {
    const { keeper, isolates } = this.#options;
    const claims = files.map((file) => keeper.hold(file, leaseExpiresAt, leaseMs));
    linkToClaim(claims, leaseExpiresAt - leaseMs);
    for (const claim of claims) {
      const { file } = claim;
      this.#held.add(claim);
      // A file with the name of a document needs no thread. What a stopping worker has not begun is released from the line.
      if (!file.alone && isolates.expects(file) && !this.#stop.signal.aborted) void this.#complete(claim);
      else this.#line.add(claim);
    }
    this.#startWaiting();
  }

  /** One hand-over per thread: the deadline of an analysis runs from its beginning. */
  #startWaiting(): void {
    while (!this.#stop.signal.aborted) {
      const claims = this.#line.next();
      if (claims.length === 0) return;
      void this.#attempt(claims);
    }
  }

  async #attempt(claims: readonly HeldClaim[]): Promise<void> {
    const { window, isolates } = this.#options;
    const beganAt = performance.now();
    const endPass = startPass(claims);
    const outcomes = await judge(claims, this.#options);
    endPass(outcomes);
    const eachMs = (performance.now() - beganAt) / claims.length;
    window.took(eachMs);
    filesAnalysed('pass', claims.length, eachMs / 1_000);
    this.#line.ended(claims);
    const judged: Judged[] = [];
    for (const [claim, outcome] of pair(claims, outcomes)) {
      if (outcome === 'again') {
        // A stopping worker may have released it meanwhile.
        if (this.#held.has(claim)) this.#line.add(claim);
      } else if ('output' in outcome && isolates.wants(outcome.output)) void this.#complete(claim, outcome.output);
      else judged.push({ claim, outcome });
    }
    this.#startWaiting();
    await this.#conclude(judged);
  }

  /** Documents are read file by file, with or after their pass, so that no other file waits for a slow one. */
  async #complete(claim: HeldClaim, output?: OutputData): Promise<void> {
    const { window, analysis } = this.#options;
    const beganAt = performance.now();
    this.#completing += 1;
    // With so many files in line, each takes only its share of the time until it is done.
    const share = Math.min(1, analysis.threads / this.#completing);
    const outcome = await completeOne(claim, output, this.#options);
    const tookMs = performance.now() - beganAt;
    window.took(tookMs * share);
    filesAnalysed('findings', 1, tookMs / 1_000);
    await this.#conclude([{ claim, outcome }]);
    this.#completing -= 1;
  }

  async #conclude(judged: readonly Judged[]): Promise<void> {
    await concludeAll(judged, this.#options);
    for (const { claim } of judged) this.#end(claim);
  }

  #end(claim: HeldClaim): void {
    claim.done();
    claim.span?.end();
    this.#held.delete(claim);
    this.#slotFreed.resolve();
  }

  async #slotFree(): Promise<void> {
    await this.#slotFreed.promise;
    if (!this.#stop.signal.aborted) this.#slotFreed = Promise.withResolvers();
  }

  async #allEnded(): Promise<void> {
    while (this.#held.size > 0) {
      this.#slotFreed = Promise.withResolvers();
      await this.#slotFreed.promise;
    }
  }

  /** Released attempts are refunded; a claim that cannot be released is re-opened when its lease expires. */
  async #release(claims: readonly HeldClaim[]): Promise<void> {
    if (claims.length === 0) return;
    const { attempts, logger } = this.#options;
    const files: ClaimedFile[] = claims.map(({ file }) => file);
    this.#line.remove(claims);
    for (const claim of claims) {
      claim.lose('RELEASED');
      claim.span?.set({ 'filemill.attempt.outcome': 'RELEASED' });
    }
    await attempts.release(files, { forMs: releaseForMs }).then(
      () => logger.info({ files: files.length }, 'claims released'),
      (error: unknown) => logger.warn({ err: error, files: files.length }, 'claims could not be released'),
    );
    for (const claim of claims) this.#end(claim);
  }
}
