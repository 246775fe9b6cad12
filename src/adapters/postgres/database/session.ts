import pg from 'pg';

/** Settings of PostgreSQL by name, as text. */
export type SessionSettings = Readonly<Record<string, string>>;

// One statement, so that nothing is set in a shared session.
const setIfOwn = `
  select (select count(set_config(s.name, s.value, false)) from unnest($2::text[], $3::text[]) as s (name, value)) as set
  where pg_backend_pid() = $1`;

/**
 * Sets these for the lifetime of the connection, unless other clients share its session.
 *
 * A pooler such as PgBouncer invents the process id that a client needs to cancel a query, so it differs from the id of the
 * process that serves the session. In the pooler's transaction mode another session may serve the next statement, and
 * settings would reach other clients.
 *
 * @returns whether the session belongs to this connection
 */
export async function setForSession(
  client: pg.ClientBase,
  settings: SessionSettings,
  timeoutMs: number,
): Promise<boolean> {
  const { processID } = client as pg.ClientBase & { readonly processID: number | null };
  const values = [processID ?? 0, Object.keys(settings), Object.values(settings)];
  const query = { text: setIfOwn, values, query_timeout: timeoutMs };
  return (await client.query(query)).rows.length > 0;
}

/**
 * Runs one statement under these settings: in one round trip, in a transaction with which the settings end. In a shared
 * session the statement can have no name, because only one session would know it.
 */
export function queryUnderSettings<Row extends object>(
  client: pg.ClientBase,
  settings: SessionSettings,
  query: { readonly name?: string; readonly text: string; readonly values: unknown[] },
): Promise<pg.QueryResult<Row>> {
  const { promise, resolve, reject } = Promise.withResolvers<pg.QueryResult<Row>>();
  client.query(
    new QueryUnderSettings(settings, query, (error, result) =>
      error ? reject(error) : resolve(result as pg.QueryResult<Row>),
    ),
  );
  return promise;
}

type Callback = (error: Error | undefined, result: unknown) => void;

/** Methods of the driver's query that its types lack. */
type DriverQuery = new (
  query: { readonly name?: string; readonly text: string; readonly values: unknown[]; readonly queryMode: 'extended' },
  callback: Callback,
) => pg.Submittable & {
  prepare(connection: Messages): void;
  handleDataRow(message: object): void;
  handleCommandComplete(message: object, connection: Messages): void;
};

interface Messages {
  parse(message: { readonly text: string }): void;
  bind(message: object): void;
  execute(message: object): void;
}

/**
 * PostgreSQL runs all messages up to the driver's Sync in one transaction ("Pipelining" in its description of the protocol),
 * and applies a new time limit from the next message on.
 */
class QueryUnderSettings extends (pg.Query as unknown as DriverQuery) {
  readonly #settings: string;
  #areSet = false;

  constructor(
    settings: SessionSettings,
    query: { name?: string; text: string; values: unknown[] },
    callback: Callback,
  ) {
    super({ ...query, queryMode: 'extended' }, callback);
    const each = Object.entries(settings).map(
      ([name, value]) => `set_config(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(value)}, true)`,
    );
    this.#settings = `select ${each.join(', ')}`;
  }

  override prepare(connection: Messages): void {
    connection.parse({ text: this.#settings });
    connection.bind({});
    connection.execute({});
    super.prepare(connection);
  }

  // The answer to the settings comes first and is dropped.
  override handleDataRow(message: object): void {
    if (this.#areSet) super.handleDataRow(message);
  }

  override handleCommandComplete(message: object, connection: Messages): void {
    if (this.#areSet) super.handleCommandComplete(message, connection);
    this.#areSet = true;
  }
}
