import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { sleep } from '#platform/abort.ts';

/** Deliveries leave the rest of the event loop to the RPCs of this process. */
const share = 0.25;
const turnsBetweenLooks = 32;
/** However busy the process is, deliveries go on at some hundreds a second. */
const longestPauseMs = 50;

/** Slows deliveries down while the event loop is busy, whatever with. */
export class Pace {
  #turns = 0;
  #looked: EventLoopUtilization = performance.eventLoopUtilization();
  #owedMs = 0;
  #pause: Promise<void> | undefined;

  /** To be awaited before each delivery. */
  turn(): Promise<void> | undefined {
    this.#turns += 1;
    if (this.#turns % turnsBetweenLooks === 0) this.#look();
    return this.#pause;
  }

  #look(): void {
    const now = performance.eventLoopUtilization();
    const { active, idle } = performance.eventLoopUtilization(now, this.#looked);
    this.#looked = now;
    this.#owedMs = Math.min(longestPauseMs, Math.max(0, this.#owedMs + active / share - (active + idle)));
    if (this.#owedMs < 1 || this.#pause !== undefined) return;
    this.#pause = sleep(this.#owedMs).finally(() => {
      this.#pause = undefined;
    });
  }
}
