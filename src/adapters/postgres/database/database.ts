import pg from 'pg';
import { FilemillError } from '#domain/errors.ts';
import { type StoreFault, type StoreReport, storeFaultError } from '#domain/store-fault.ts';
import { backoffMs, sleep } from '#platform/abort.ts';
import { ConfigError } from '#platform/config.ts';
import type { Logger } from '#platform/logger.ts';
import { StoreHealth } from '#platform/store-health.ts';
import { postgresFault, readOnly, silent } from './faults.ts';
import { queryUnderSettings, type SessionSettings, setForSession } from './session.ts';

/** A statement; under a name PostgreSQL parses and plans it once per connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly logger: Logger;
  /** What its statements are: see `kinds`. */
  readonly kind?: keyof typeof kinds;
  /** Told of what fails and what works; several pools of one process share it. */
  readonly health?: StoreHealth;
}

const connectTimeoutMs = 5_000;
/** A check takes no longer than this. */
const answerWithinMs = 1_500;

/**
 * `points` go to rows by their keys, in batches. Their plan must be a loop over an index from the first row on: with
 * tables that grow by millions within minutes, one that was right for an empty table would be kept for too long.
 * `reads` are searches, which PostgreSQL plans by what it knows of the tables, along an index, and gives up sooner.
 */
const kinds = {
  points: {
    statementTimeoutMs: 10_000,
    planner: { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off' },
    tooLong: { reason: 'OVERLOADED', message: 'The database took too long to answer.' },
  },
  reads: {
    statementTimeoutMs: 3_000,
    planner: { enable_seqscan: 'off', random_page_cost: '1.1' },
    // Asked again, it would take as long again.
    tooLong: { reason: 'FILTER_TOO_BROAD', message: undefined },
  },
} as const;

const maxConflictRetries = 5;

/** int8 as number: sizes and counts stay far below 2^53. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format),
} as unknown as pg.CustomTypesConfig;

/**
 * A pool of connections to the one truth. Rejects with UNAVAILABLE or STORE_REFUSES when PostgreSQL is away or refuses
 * (`faults.ts`), with OVERLOADED when no connection is free in time; statements that lost a deadlock are run again.
 */
export class Database implements AsyncDisposable {
  readonly #pool: pg.Pool;
  readonly #kind: keyof typeof kinds;
  readonly #settings: SessionSettings;
  /** Connections behind a pooler, whose sessions are used by others too. */
  readonly #pooled = new WeakSet<pg.ClientBase>();
  #isPooled = false;
  readonly #health: StoreHealth;
  #dropping: Promise<void> | undefined;

  constructor({ url, poolSize, logger, kind = 'points', health }: DatabaseOptions) {
    const { statementTimeoutMs, planner } = kinds[kind];
    this.#kind = kind;
    this.#health = health ?? new StoreHealth('postgresql', logger);
    this.#settings = { statement_timeout: String(statementTimeoutMs), ...planner };
    // Settings are no startup parameters: a pooler refuses those that it does not know.
    this.#pool = new pg.Pool({
      connectionString: url,
      max: poolSize,
      connectionTimeoutMillis: connectTimeoutMs,
      idleTimeoutMillis: 30_000,
      query_timeout: statementTimeoutMs + 2_000,
      keepAlive: true,
      application_name: `filemill-${kind}`,
      types,
      onConnect: (client) => this.#prepare(client),
    });
    // Without a listener the end of an idle connection would end the process.
    // The error itself carries the whole connection with it.
    this.#pool.on('error', ({ message }) => logger.info({ reason: message }, 'an idle database connection was lost'));
    this.#pool.on('connect', () => this.#health.worked('connect'));
  }

  async query<Row extends object>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const what = statement.name ?? statement.text;
    for (let attempt = 0; ; attempt++) {
      try {
        const rows = await this.#run<Row>(statement, [...values]);
        this.#health.worked(what);
        this.#health.worked(anyStatement);
        return rows;
      } catch (error) {
        if (!isConflict(error) || attempt === maxConflictRetries) throw this.#failure(what, error);
        await sleep(backoffMs(attempt, { baseMs: 5, maxMs: 200 }));
      }
    }
  }

  /** How PostgreSQL is, as this process sees it. */
  get health(): StoreHealth {
    return this.#health;
  }

  /** Whether a pooler stood between at the latest connection. */
  get isPooled(): boolean {
    return this.#isPooled;
  }

  /** How PostgreSQL is now, for this process: asks it, though not for long. */
  async check(): Promise<StoreReport> {
    const asked = this.ready().then(
      () => true,
      () => true,
    );
    const waited = sleep(answerWithinMs).then(() => false);
    const answered = await Promise.race([asked, waited]);
    const { report } = this.#health;
    if (answered || report.fault !== undefined) return report;
    return { store: 'postgresql', fault: { ...silent, since: new Date(Date.now() - answerWithinMs) } };
  }

  /** Resolves when PostgreSQL answers, holds the schema, and takes writes. */
  async ready(): Promise<void> {
    if (await this.readOnly()) throw this.#fault(schemaProbe.name, readOnly, undefined);
  }

  /** Whether PostgreSQL takes no writes. Rejects when it does not answer, or lacks the schema. */
  async readOnly(): Promise<boolean> {
    const [probe] = await this.query<{ readOnly: boolean }>(schemaProbe);
    return probe?.readOnly === true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }

  async #prepare(client: pg.ClientBase): Promise<void> {
    // What breaks a connection also rejects its statement; without a listener it would end the process.
    client.on('error', () => undefined);
    this.#isPooled = !(await setForSession(client, this.#settings, connectTimeoutMs).catch((cause: Error) => {
      // A pooler takes a connection at once, and lets its first statement wait for a session.
      if (/timeout/.test(cause.message)) throw noneFree(cause);
      throw cause;
    }));
    if (this.#isPooled) this.#pooled.add(client);
  }

  async #run<Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw this.#failure('connect', error);
    });
    try {
      const { rows } = this.#pooled.has(client)
        ? await queryUnderSettings<Row>(client, this.#settings, { text: statement.text, values })
        : await client.query<Row>({ ...statement, values });
      client.release();
      return rows;
    } catch (error) {
      // Nobody knows what state the connection is in.
      client.release(true);
      throw error;
    }
  }

  #failure(what: string, error: unknown): FilemillError {
    if (error instanceof FilemillError) return error;
    if (error instanceof Error && /timeout exceeded when trying to connect/.test(error.message)) return noneFree(error);
    const { reason, message } = kinds[this.#kind].tooLong;
    if (sqlState(error) === statementTimedOut) return new FilemillError(reason, message, { cause: error });
    const fault = postgresFault(error);
    return fault === undefined
      ? new FilemillError('INTERNAL', undefined, { cause: error })
      : this.#fault(what, fault, error);
  }

  #fault(what: string, fault: StoreFault, cause: unknown): FilemillError {
    const lost = what !== 'connect' && /^(08|57P|AWAY)/.test(fault.code);
    this.#health.failed(lost ? anyStatement : what, fault, cause);
    if (fault.code === readOnly.code) this.#dropping ??= this.#dropIdle();
    return storeFaultError('postgresql', fault, cause);
  }

  /** Connections outlive a failover behind one address: new ones reach the server that takes writes. */
  async #dropIdle(): Promise<void> {
    for (let idle = this.#pool.idleCount; idle > 0; idle--)
      await this.#pool.connect().then(
        (client) => client.release(true),
        () => undefined,
      );
    this.#dropping = undefined;
  }
}

const statementTimedOut = '57014';

/** Whichever works shows that a lost connection has been replaced. */
const anyStatement = 'a statement';

const schemaProbe = {
  name: 'schema-probe',
  text: `
    select current_setting('transaction_read_only') = 'on' as "readOnly"
    from (select count(*) from (select from results limit 0) as none) as schema`,
};

/**
 * Waits for PostgreSQL and its schema at boot, saying what it waits for. What an operator has to mend is waited for
 * too: roles, databases and schemas are often made at the same time as the services start.
 *
 * @throws ConfigError when PostgreSQL refuses to the end; otherwise the last failure
 */
export async function waitForDatabase(
  database: Database,
  { logger, signal, forMs = 60_000 }: { logger: Logger; signal: AbortSignal; forMs?: number },
): Promise<void> {
  const giveUpAt = performance.now() + forMs;
  let said = '';
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await database.readOnly();
      return;
    } catch (error) {
      const refused = error instanceof FilemillError && error.reason === 'STORE_REFUSES';
      if (performance.now() > giveUpAt) throw refused ? new ConfigError(error.message, { cause: error }) : error;
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== said)
        logger.warn({ problem, givingUpInMs: Math.round(giveUpAt - performance.now()) }, 'waiting for the database');
      said = problem;
      await sleep(500 + backoffMs(attempt, { baseMs: 250, maxMs: 3_000 }), signal);
    }
  }
}

/** SQLSTATE of a PostgreSQL error. */
export function sqlState(error: unknown): string | undefined {
  const cause = error instanceof FilemillError ? error.cause : error;
  return cause instanceof pg.DatabaseError ? cause.code : undefined;
}

const deadlock = '40P01';
const serializationFailure = '40001';

function isConflict(error: unknown): boolean {
  const state = sqlState(error);
  return state === deadlock || state === serializationFailure;
}

function noneFree(cause: unknown): FilemillError {
  return new FilemillError('OVERLOADED', 'No database connection was free in time.', { cause });
}
