import pg from 'pg';
import { FilemillError } from '#domain/errors.ts';
import { type StoreFault, type StoreReport, storeFaultError } from '#domain/store-fault.ts';
import { backoffMs, sleep } from '#platform/abort.ts';
import type { Logger } from '#platform/logger.ts';
import { StoreHealth } from '#platform/store-health.ts';
import { OperationTimer } from '#platform/telemetry/operation-timer.ts';
import { postgresFault, readOnly, silent } from './faults.ts';
import { databaseLink } from './link.ts';
import { observePool } from './observed-pool.ts';
import { tenantRole } from './roles.ts';
import { queryUnderSettings, type SessionSettings, setForSession } from './session.ts';

/** A statement; under a name PostgreSQL parses and plans it once per connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/** What answers callers: the whole database, or what one tenant sees of it. */
export interface Reader {
  /** Undefined for all tenants. */
  readonly tenant: string | undefined;
  query<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly logger: Logger;
  /** The kind of its statements: see `kinds`. */
  readonly kind?: keyof typeof kinds;
  /** Records failures and successes; several pools of a process may share it. */
  readonly health?: StoreHealth;
}

const connectTimeoutMs = 5_000;
/** The longest duration of a check. */
const answerWithinMs = 1_500;

/**
 * `points` access rows by their keys, in batches. Their plan must be a loop over an index, in its order, even for an empty table:
 * tables grow by millions of rows within minutes, and a plan is kept. `reads` are searches along an index, planned by the
 * statistics of the tables, with a shorter time limit.
 */
const kinds = {
  points: {
    statementTimeoutMs: 10_000,
    planner: { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off', enable_sort: 'off' },
    tooLong: { reason: 'OVERLOADED', message: 'The database took too long to answer.' },
  },
  reads: {
    statementTimeoutMs: 3_000,
    // To compile the plan of a search takes longer than the search.
    planner: { enable_seqscan: 'off', random_page_cost: '1.1', jit: 'off' },
    tooLong: { reason: 'FILTER_TOO_BROAD', message: undefined },
  },
} as const;

const maxConflictRetries = 5;

const timer = new OperationTimer('postgresql');

/** int8 as number: sizes and counts stay far below 2^53. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format),
} as unknown as pg.CustomTypesConfig;

/**
 * A pool of connections to PostgreSQL. Rejects with UNAVAILABLE or STORE_REFUSES when PostgreSQL does not answer or refuses
 * (`faults.ts`), and with OVERLOADED when no connection is free in time. Statements that lost a deadlock are retried.
 */
export class Database implements Reader, AsyncDisposable {
  readonly tenant = undefined;
  readonly #pool: pg.Pool;
  readonly #kind: keyof typeof kinds;
  readonly #settings: SessionSettings;
  /** Connections behind a pooler, whose sessions are shared with other clients. */
  readonly #pooled = new WeakSet<pg.ClientBase>();
  #isPooled = false;
  readonly #health: StoreHealth;
  #dropping: Promise<void> | undefined;

  constructor({ url, poolSize, logger, kind = 'points', health }: DatabaseOptions) {
    const { statementTimeoutMs, planner } = kinds[kind];
    this.#kind = kind;
    this.#health = health ?? new StoreHealth('postgresql', logger, databaseLink(url));
    this.#settings = { statement_timeout: String(statementTimeoutMs), ...planner };
    // Settings are not startup parameters, because a pooler refuses unknown ones.
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
    // Without a listener, the end of an idle connection would end the process. Logging the error would log the connection.
    this.#pool.on('error', ({ message }) => logger.info({ detail: message }, 'an idle database connection was lost'));
    this.#pool.on('connect', () => {
      this.#health.connected();
      this.#health.worked('connect');
    });
  }

  query<Row extends object>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#query(statement, values, {});
  }

  /**
   * Reads as the role that sees only the rows of this tenant, and may change none; undefined reads all. A statement has a
   * second name for this role, because its plan is another.
   *
   * @param withinMs ends each statement earlier than the others of this pool
   */
  as(tenant: string | undefined, withinMs?: number): Reader {
    const role = {
      ...(tenant !== undefined && { 'filemill.tenant': tenant, role: tenantRole }),
      ...(withinMs !== undefined && { statement_timeout: String(withinMs) }),
    };
    if (Object.keys(role).length === 0) return this;
    return {
      tenant,
      query: ({ name, text }, values = []) => {
        const statement =
          name === undefined || tenant === undefined ? { text } : { name: `${name} for a tenant`, text };
        return this.#query(statement, values, role);
      },
    };
  }

  async #query<Row extends object>(
    statement: Statement,
    values: readonly unknown[],
    role: SessionSettings,
  ): Promise<Row[]> {
    const what = statement.name ?? statement.text;
    for (let attempt = 0; ; attempt++) {
      const beganAt = performance.now();
      try {
        const rows = await this.#run<Row>(statement, [...values], role);
        timer.worked(statement.name, beganAt);
        this.#health.worked(what);
        this.#health.worked(anyStatement);
        return rows;
      } catch (error) {
        timer.failed(statement.name, beganAt, sqlState(error));
        if (!isConflict(error) || attempt === maxConflictRetries) throw this.#failure(what, error);
        await sleep(backoffMs(attempt, { baseMs: 5, maxMs: 200 }));
      }
    }
  }

  /** What the connections of this pool do. */
  observe(): Disposable {
    return observePool(this.#kind, this.#pool);
  }

  /** The state of PostgreSQL as this process sees it. */
  get health(): StoreHealth {
    return this.#health;
  }

  /** Whether the latest connection went through a pooler. */
  get isPooled(): boolean {
    return this.#isPooled;
  }

  /** The state of PostgreSQL after a short check. */
  async check(): Promise<StoreReport> {
    const answered = await Promise.race([Promise.allSettled([this.ready()]), sleep(answerWithinMs)]);
    const { report } = this.#health;
    if (answered !== undefined || report.fault !== undefined) return report;
    return { ...report, fault: { ...silent, since: new Date(Date.now() - answerWithinMs) } };
  }

  /** Resolves when PostgreSQL answers, has the schema, and accepts writes. */
  async ready(): Promise<void> {
    if (await this.readOnly()) throw this.#fault(schemaProbe.name, readOnly, undefined);
  }

  /** Whether PostgreSQL refuses writes. Rejects when it does not answer or has no schema. */
  async readOnly(): Promise<boolean> {
    const [probe] = await this.query<{ readOnly: boolean; version: string }>(schemaProbe);
    this.#health.version = probe?.version;
    return probe?.readOnly === true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }

  async #prepare(client: pg.ClientBase): Promise<void> {
    // What breaks a connection also rejects its statement; without a listener it would end the process.
    client.on('error', () => undefined);
    this.#isPooled = !(await setForSession(client, this.#settings, connectTimeoutMs).catch((cause: Error) => {
      // A pooler accepts a connection at once, and its first statement waits for a session.
      if (/timeout/.test(cause.message)) throw noneFree(cause);
      throw cause;
    }));
    if (this.#isPooled) this.#pooled.add(client);
  }

  async #run<Row extends object>(statement: Statement, values: unknown[], role: SessionSettings): Promise<Row[]> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw this.#failure('connect', error);
    });
    try {
      const { rows } = await this.#send<Row>(client, statement, values, role);
      client.release();
      return rows;
    } catch (error) {
      // The state of the connection is unknown.
      client.release(true);
      throw error;
    }
  }

  #send<Row extends object>(
    client: pg.ClientBase,
    statement: Statement,
    values: unknown[],
    role: SessionSettings,
  ): Promise<pg.QueryResult<Row>> {
    if (this.#pooled.has(client))
      return queryUnderSettings(client, { ...this.#settings, ...role }, { text: statement.text, values });
    if (Object.keys(role).length > 0) return queryUnderSettings(client, role, { ...statement, values });
    return client.query<Row>({ ...statement, values });
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

  /** Connections outlive a failover behind one address; only new ones reach the server that accepts writes. */
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

/** Any statement that succeeds shows that a lost connection has been replaced. */
const anyStatement = 'a statement';

const schemaProbe = {
  name: 'schema-probe',
  text: `
    select current_setting('transaction_read_only') = 'on' as "readOnly",
      split_part(current_setting('server_version'), ' ', 1) as version
    from (select count(*) from (select from results limit 0) as none) as schema`,
};

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
