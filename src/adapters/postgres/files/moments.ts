// Times in rows are set by PostgreSQL's clock, which may step: docs/adr/0020-clocks-that-step.md.

/**
 * Whether a wait of at most `bound` is over. A longer one was set before the clock was set back: what is left of it is
 * unknown, and ending it early does little harm.
 */
export function isDue(column: string, bound: string): string {
  return `(${column} <= now() or ${column} > now() + interval '${bound}')`;
}

/** The columns or parameters of a lease. */
interface GivenTime {
  /** When the lease ends. */
  readonly until: string;
  /** The duration of the lease in milliseconds. */
  readonly ms: string;
  /** A `ClockRange` over these milliseconds. */
  readonly earliest: string;
  readonly latest: string;
}

/**
 * Whether a renewable lease is over. If the clock was set forward, the lease is over only once its holder has had time to
 * renew it by the new clock. A lease that ends later than its duration allows was granted before the clock was set back,
 * and is over once its holder has had time to renew it. `now()` is when the transaction began, and a statement also sees
 * what was granted a moment later, before its snapshot: the clock itself tells that from a step.
 */
export function isOver({ until, ms, earliest, latest }: GivenTime): string {
  return `(${until} < least(now(), ${earliest}::timestamptz)
    or ${until} - ${ms} * interval '1 millisecond' > greatest(clock_timestamp(), ${latest}::timestamptz))`;
}

/** From one time to another; zero if the clock was set back in between. */
export function secondsBetween(from: string, to: string): string {
  return `greatest(0, extract(epoch from ${to} - ${from}))::float8`;
}
