import type { Reader, Statement } from './database.ts';

/** A place in the log of changes. */
interface Position {
  /** Servers of one timeline have the same history up to the lower of their positions. */
  readonly timeline: number;
  readonly lsn: bigint;
}

interface Sample extends Position {
  /** When the primary was asked, by the monotonic clock. */
  readonly at: number;
}

interface Answer {
  readonly timeline: number | null;
  readonly lsn: string | null;
}

// The name of a file of the log begins with the timeline, in hexadecimal digits.
const ofPrimary: Statement = {
  name: 'position-of-primary',
  text: `
    select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int as timeline,
      (pg_current_wal_lsn() - '0/0'::pg_lsn)::text as lsn`,
};

// A role that may not see what the receiver knows finds a new timeline in the control file, minutes after a failover. A server that is
// not in recovery has no position here, because it may be a primary that was replaced.
const ofReplica: Statement = {
  name: 'position-of-replica',
  text: `
    select coalesce((select received_tli from pg_stat_wal_receiver), (select timeline_id from pg_control_checkpoint())) as timeline,
      (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::text as lsn
    where pg_is_in_recovery()`,
};

/**
 * How old a replica's answers may be, by this process's monotonic clock alone: neither clocks of hosts nor a write are needed.
 *
 * The primary is asked for its position every time. A replica that has replayed a position has all that was committed before the
 * primary was asked for it. So its answers are no older than that moment, even if it is cut off from the primary.
 */
export class ReplicaAge {
  readonly #steadyTime: () => number;
  /** How far the primary was, and when; the oldest comes first. */
  #samples: Sample[] = [];
  /** The replica has all that was committed before. */
  #hasAllBefore = Number.NEGATIVE_INFINITY;

  /** @param steadyTime for tests: the monotonic clock, in milliseconds */
  constructor(steadyTime = () => performance.now()) {
    this.#steadyTime = steadyTime;
  }

  /** The upper bound, in milliseconds; infinite while it is not known. */
  get ms(): number {
    return Math.ceil(this.#steadyTime() - this.#hasAllBefore);
  }

  /** Asks both. @param keepMs how long a position is of use */
  async look(primary: Reader, replica: Reader, keepMs: number): Promise<void> {
    const at = this.#steadyTime();
    this.#samples = this.#samples.filter((sample) => sample.at > at - keepMs);
    const written = await positionOf(primary, ofPrimary);
    if (written !== undefined) this.#samples.push({ ...written, at });
    const replayed = await positionOf(replica, ofReplica);
    const reached = this.#samples.findLast(
      ({ timeline, lsn }) => timeline === replayed?.timeline && lsn <= replayed.lsn,
    );
    this.#hasAllBefore = reached?.at ?? Number.NEGATIVE_INFINITY;
  }

  /** After a failure of the replica: what answers next may be another server. */
  forget(): void {
    this.#hasAllBefore = Number.NEGATIVE_INFINITY;
  }
}

async function positionOf(server: Reader, statement: Statement): Promise<Position | undefined> {
  const [{ timeline, lsn } = { timeline: null, lsn: null }] = await server.query<Answer>(statement);
  return timeline === null || lsn === null ? undefined : { timeline, lsn: BigInt(lsn) };
}
