import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { migrate } from '#adapters/postgres/database/migrate.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { watchOver } from './terminal-watch.ts';

/** The one truth, on default durability, that can be stopped at once and started again on the same port. */
export class PostgresServer implements AsyncDisposable {
  readonly url: string;
  readonly adminUrl: string;
  readonly #dataDir: string;
  readonly #pool: pg.Pool;
  #server: EmbeddedPostgres;

  static async start(dataDir: string): Promise<PostgresServer> {
    const server = await startEmbeddedPostgres({ dataDir });
    await migrate(server.url);
    const postgres = new PostgresServer(server, dataDir);
    process.once('exit', () => postgres.#signal('SIGQUIT'));
    await watchOver(postgres);
    return postgres;
  }

  private constructor(server: EmbeddedPostgres, dataDir: string) {
    this.#server = server;
    this.#dataDir = dataDir;
    this.url = server.url;
    this.adminUrl = server.adminUrl;
    this.#pool = new pg.Pool({ connectionString: server.url, max: 3 });
    this.#pool.on('error', () => undefined);
  }

  /** As the services' role, past the proxy. */
  async query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return await queryPatiently<Row>(this.#pool, sql, values);
  }

  async asAdmin(...statements: string[]): Promise<void> {
    const client = new pg.Client({ connectionString: this.adminUrl });
    client.on('error', () => undefined);
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  }

  /** What `pg_ctl -m immediate restart` does: no shutdown checkpoint, and so a recovery at the start. */
  async restartImmediately(downMs: number): Promise<void> {
    this.#signal('SIGQUIT');
    await this.#server.ended;
    await delay(downMs);
    this.#server = await startEmbeddedPostgres({ dataDir: this.#dataDir });
    if (this.#server.url !== this.url) throw new Error('PostgreSQL came back on another port');
  }

  /** An orderly stop, and a start with another environment. */
  async restart(env: NodeJS.ProcessEnv): Promise<void> {
    await this.#server.stop();
    this.#server = await startEmbeddedPostgres({ dataDir: this.#dataDir, env });
    if (this.#server.url !== this.url) throw new Error('PostgreSQL came back on another port');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
    await this.#server.stop();
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(this.#server.pid, signal);
    } catch {
      // It has ended already.
    }
  }
}

/** Asks again while PostgreSQL is away, and after a deadlock with a service. */
export async function queryPatiently<Row extends object>(
  pool: pg.Pool,
  sql: string,
  values: readonly unknown[],
): Promise<Row[]> {
  for (const giveUpAt = performance.now() + 30_000; ; await delay(100)) {
    try {
      return (await pool.query<Row>(sql, [...values])).rows;
    } catch (error) {
      const code = (error as { code?: string }).code ?? '08';
      if (!/^(08|57P|40P01|E[A-Z]+)/.test(code) || performance.now() > giveUpAt) throw error;
    }
  }
}
