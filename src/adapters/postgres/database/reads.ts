import { isStoreFault } from '#domain/store-fault.ts';
import { type Duty, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';
import { StoreHealth } from '#platform/store-health.ts';
import { Database, type Reader } from './database.ts';
import { databaseLink } from './link.ts';
import { ReplicaAge } from './replica-age.ts';

/** What searches ask: the whole database, or what a tenant sees of it. */
export type Searchable = Reader & Pick<Database, 'as'>;

/** Where lists, statistics and exports are read, which may be a while old and decide nothing. */
export interface Reads extends AsyncDisposable {
  /** Reads for one call, which is told how old its answer may be, in milliseconds, unless it is from the primary. */
  for(call: { readonly staleBy?: ((ms: number) => void) | undefined }): Searchable;
}

interface ReadsOptions {
  readonly database: Database;
  /** Connections to the primary for searches. */
  readonly searches: Database;
  /** The address of a replica; without one, the primary is asked. */
  readonly databaseReadUrl?: string | undefined;
  /** A replica whose answers may be older is not asked. */
  readonly databaseReadMaxStalenessMs: number;
  readonly poolSize: number;
  readonly logger: Logger;
}

const lookEveryMs = 1_000;

export function openReads(options: ReadsOptions): Reads {
  const { searches, databaseReadUrl: url, poolSize, logger } = options;
  if (url === undefined) return { for: () => searches, [Symbol.asyncDispose]: async () => undefined };
  const ofReplica = logger.child({ server: 'replica' });
  const health = new StoreHealth('postgresql', ofReplica, databaseLink(url));
  const replica = new Database({ url, poolSize, kind: 'reads', health, logger: ofReplica });
  const watched = new Database({ url, poolSize: 1, health, logger: ofReplica });
  return new ReplicaReads({ ...options, replica, watched });
}

interface ReplicaReadsOptions extends ReadsOptions {
  readonly replica: Database;
  /** A connection of its own to the replica, so that searches do not hold up the watch over it. */
  readonly watched: Database;
}

/** Asks a replica while it is fresh enough, and otherwise the primary: within a call too, once the replica has failed. */
class ReplicaReads implements Reads {
  readonly #options: ReplicaReadsOptions;
  readonly #age = new ReplicaAge();
  readonly #duty: Duty;

  constructor(options: ReplicaReadsOptions) {
    this.#options = options;
    const { database, watched, databaseReadMaxStalenessMs, logger } = options;
    const round = async () => {
      await this.#age.look(database, watched, databaseReadMaxStalenessMs);
      return lookEveryMs;
    };
    this.#duty = startDuty({ name: 'watching the replica', logger, round, maxBackoffMs: lookEveryMs });
  }

  for({ staleBy }: { readonly staleBy?: ((ms: number) => void) | undefined }): Searchable {
    const { searches, replica, databaseReadMaxStalenessMs } = this.#options;
    const { ms } = this.#age;
    if (ms > databaseReadMaxStalenessMs) return searches;
    staleBy?.(ms);
    let failed = false;
    const either = (tenant: string | undefined, open: (database: Database) => Reader): Reader => ({
      tenant,
      query: async <Row extends object>(...statement: Parameters<Reader['query']>) => {
        if (!failed)
          try {
            return await open(replica).query<Row>(...statement);
          } catch (error) {
            if (!isStoreFault(error)) throw error;
            failed = true;
            this.#age.forget();
          }
        return await open(searches).query<Row>(...statement);
      },
    });
    return {
      ...either(undefined, (database) => database),
      as: (tenant, withinMs) => either(tenant, (database) => database.as(tenant, withinMs)),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#duty[Symbol.asyncDispose]();
    for (const pool of [this.#options.watched, this.#options.replica]) await pool[Symbol.asyncDispose]();
  }
}
