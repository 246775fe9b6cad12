import pg from 'pg';
import { FilemillError } from '#domain/errors.ts';
import { backoffMs, sleep } from '#platform/abort.ts';
import type { Logger } from '#platform/logger.ts';
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
}

const connectTimeoutMs = 5_000;

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
 * A pool of connections to the one truth. Rejects with UNAVAILABLE when PostgreSQL is away, with
 * OVERLOADED when no connection is free in time; statements that lost a deadlock are run again.
 */
export class Database implements AsyncDisposable {
  readonly #pool: pg.Pool;
  readonly #kind: keyof typeof kinds;
  readonly #settings: SessionSettings;
  /** Connections behind a pooler, whose sessions are used by others too. */
  readonly #pooled = new WeakSet<pg.ClientBase>();
  #isPooled = false;

  constructor({ url, poolSize, logger, kind = 'points' }: DatabaseOptions) {
    const { statementTimeoutMs, planner } = kinds[kind];
    this.#kind = kind;
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
    this.#pool.on('error', ({ message }) => logger.warn({ reason: message }, 'an idle database connection was lost'));
  }

  async query<Row extends object>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#run<Row>(statement, [...values]);
      } catch (error) {
        if (!isConflict(error) || attempt === maxConflictRetries) throw toFilemillError(error, this.#kind);
        await sleep(backoffMs(attempt, { baseMs: 5, maxMs: 200 }), new AbortController().signal);
      }
    }
  }

  /** Whether a pooler stood between at the latest connection. */
  get isPooled(): boolean {
    return this.#isPooled;
  }

  /** Resolves when PostgreSQL answers and holds the schema. */
  async ready(): Promise<void> {
    await this.query(schemaProbe);
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
    const client = await this.#pool.connect();
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
}

const schemaProbe: Statement = { name: 'schema-probe', text: 'select from results limit 0' };

/** Waits for PostgreSQL and its schema at boot, saying what it waits for. @throws the last failure */
export async function waitForDatabase(
  database: Database,
  { logger, signal, forMs = 60_000 }: { logger: Logger; signal: AbortSignal; forMs?: number },
): Promise<void> {
  const giveUpAt = performance.now() + forMs;
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      return await database.ready();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      const problem = error instanceof Error ? error.message : String(error);
      logger.warn({ problem, givingUpInMs: Math.round(giveUpAt - performance.now()) }, 'waiting for the database');
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

const undefinedTable = '42P01';
const statementTimedOut = '57014';

function toFilemillError(error: unknown, kind: keyof typeof kinds): FilemillError {
  if (error instanceof FilemillError) return error;
  const state = sqlState(error);
  const detail =
    error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error);
  if (state === undefined) {
    // Not an answer of PostgreSQL: the connection failed, or none was free in time.
    if (/timeout exceeded when trying to connect/.test(detail)) return noneFree(error);
    return new FilemillError('UNAVAILABLE', `The database is not reachable: ${detail}`, { cause: error });
  }
  if (state === undefinedTable)
    return new FilemillError('UNAVAILABLE', 'The database has no schema yet: run `filemill migrate up`.', {
      cause: error,
    });
  const { reason, message } = kinds[kind].tooLong;
  if (state === statementTimedOut) return new FilemillError(reason, message, { cause: error });
  // Connection exceptions (08), insufficient resources (53), shutdown and start-up (57P).
  if (/^(08|53|57P)/.test(state))
    return new FilemillError('UNAVAILABLE', `The database is not ready: ${detail}`, { cause: error });
  return new FilemillError('INTERNAL', undefined, { cause: error });
}

function noneFree(cause: unknown): FilemillError {
  return new FilemillError('OVERLOADED', 'No database connection was free in time.', { cause });
}
