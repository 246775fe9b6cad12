import pg from 'pg';

/** PostgreSQL's settings by name, each as text. */
export type SessionSettings = Readonly<Record<string, string>>;

// One statement, so that nothing is set in a session that others use too.
const setIfOwn = `
  select (select count(set_config(s.name, s.value, false)) from unnest($2::text[], $3::text[]) as s (name, value)) as set
  where pg_backend_pid() = $1`;

/**
 * Sets these for as long as the connection lives, unless PostgreSQL's session is not its own.
 *
 * A pooler such as PgBouncer answers in PostgreSQL's place and gives each connection a key of its own to cancel by:
 * then the process that the connection was told of is not the process that serves it. In the pooler's transaction mode
 * the next statement may be served by another one, and what is set there would reach other clients.
 *
 * @returns whether the session is its own
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
 * Runs one statement under these settings in a session that others use too: a transaction of its own, whose settings end
 * with it, in one round trip. The statement is parsed anew, because a name would be known to one session only.
 */
export function queryUnderSettings<Row extends object>(
  client: pg.ClientBase,
  settings: SessionSettings,
  query: { readonly text: string; readonly values: unknown[] },
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

/** What the driver's query has, but its types do not tell. */
type DriverQuery = new (
  query: { readonly text: string; readonly values: unknown[]; readonly queryMode: 'extended' },
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
 * Up to the Sync that ends the driver's messages, PostgreSQL takes all of them as one transaction ("Pipelining" in its
 * description of the protocol), and applies a time limit from the next message on.
 */
class QueryUnderSettings extends (pg.Query as unknown as DriverQuery) {
  readonly #settings: string;
  #areSet = false;

  constructor(settings: SessionSettings, query: { text: string; values: unknown[] }, callback: Callback) {
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

  // What answers the settings comes first, and is nobody's.
  override handleDataRow(message: object): void {
    if (this.#areSet) super.handleDataRow(message);
  }

  override handleCommandComplete(message: object, connection: Messages): void {
    if (this.#areSet) super.handleCommandComplete(message, connection);
    this.#areSet = true;
  }
}
