import type { AcceptedFile, CompletedFile, FailedFile, FileEvents } from '#domain/file-events.ts';
import { bucketOf } from '#domain/histogram.ts';
import type { HistoryFigures } from '#domain/history.ts';

/** The tenant under which all tenants are counted together. */
export const allTenants = '';

type Counts = Record<string, number>;

type Tally = { -readonly [Field in keyof HistoryFigures]: HistoryFigures[Field] extends number ? number : Counts };

/** Counts what happened, by tenant. A file costs a fraction of a microsecond. */
export class HistoryTally implements FileEvents {
  readonly #tallies = new Map<string, Tally>();

  accepted(files: readonly AcceptedFile[]): void {
    for (const { tenant, size } of files)
      for (const tally of this.#of(tenant)) {
        tally.accepted += 1;
        tally.acceptedBytes += size;
      }
  }

  completed(files: readonly CompletedFile[]): void {
    for (const { tenant, size, waitSeconds, totalSeconds } of files) {
      const [wait, total] = [bucketOf(waitSeconds), bucketOf(totalSeconds)];
      for (const tally of this.#of(tenant)) {
        tally.completed += 1;
        tally.completedBytes += size;
        count(tally.waits, wait, 1);
        count(tally.totals, total, 1);
      }
    }
  }

  failed(files: readonly FailedFile[]): void {
    for (const { tenant, errorCode } of files) for (const tally of this.#of(tenant)) count(tally.failed, errorCode, 1);
  }

  /** Takes what was counted so far, so that counting begins again. */
  take(): ReadonlyMap<string, HistoryFigures> {
    const taken = new Map(this.#tallies);
    this.#tallies.clear();
    return taken;
  }

  /** Puts back what was taken. */
  giveBack(figures: ReadonlyMap<string, HistoryFigures>): void {
    for (const [tenant, taken] of figures) {
      const tally = this.#tallyOf(tenant);
      tally.accepted += taken.accepted;
      tally.acceptedBytes += taken.acceptedBytes;
      tally.completed += taken.completed;
      tally.completedBytes += taken.completedBytes;
      for (const field of ['failed', 'waits', 'totals'] as const)
        for (const [key, files] of Object.entries(taken[field])) count(tally[field], key, files);
    }
  }

  #of(tenant: string): readonly [Tally, Tally] {
    return [this.#tallyOf(tenant), this.#tallyOf(allTenants)];
  }

  #tallyOf(tenant: string): Tally {
    const known = this.#tallies.get(tenant);
    if (known !== undefined) return known;
    const zero = { accepted: 0, acceptedBytes: 0, completed: 0, completedBytes: 0, failed: {}, waits: {}, totals: {} };
    this.#tallies.set(tenant, zero);
    return zero;
  }
}

function count(counts: Counts, key: string | number, by: number): void {
  counts[key] = (counts[key] ?? 0) + by;
}
