// Moments in rows are set by PostgreSQL's clock, which may step: docs/adr/0020-clocks-that-step.md.

/**
 * Whether a wait is over that was set to take `bound` at most. One that still takes longer was set before the clock
 * went back: nobody knows how much of it is left, and it has never much to lose.
 */
export function isDue(column: string, bound: string): string {
  return `(${column} <= now() or ${column} > now() + interval '${bound}')`;
}

/** Columns or parameters of a statement. */
interface GivenTime {
  /** When it ends. */
  readonly until: string;
  /** For how many milliseconds it was given. */
  readonly ms: string;
  /** A `ClockRange` over these milliseconds. */
  readonly earliest: string;
  readonly latest: string;
}

/**
 * Whether a time is over that was given to somebody who may renew it. By a clock that was set forward it is over only
 * once the holder could have renewed it by the new time. What ends later than it can, as was given before the clock
 * was set back, is over once the holder could have renewed that.
 */
export function isOver({ until, ms, earliest, latest }: GivenTime): string {
  return `(${until} < least(now(), ${earliest}::timestamptz)
    or ${until} - ${ms} * interval '1 millisecond' > greatest(now(), ${latest}::timestamptz))`;
}
