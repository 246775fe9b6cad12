import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { migrate } from '#adapters/postgres/database/migrate.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { endOf } from '#local/processes/child.ts';
import { eventually } from '../support/eventually.ts';
import { type Standby, startStandby } from '../support/postgres-standby.ts';
import { watchOver } from './terminal-watch.ts';

/** The one truth, on default durability, that can be stopped at once and started again on the same port. */
export class PostgresServer implements AsyncDisposable {
  #url: string;
  #adminUrl: string;
  #dataDir: string;
  #pool: pg.Pool;
  #server: Pick<EmbeddedPostgres, 'pid' | 'ended' | 'stop'>;
  /** What every commit waits for, if there is one, and its folder. */
  #standby: { readonly server: Standby; readonly dataDir: string } | undefined;

  /** @param prepare makes the schema: the latest unless given */
  static async start(
    dataDir: string,
    prepare: (databaseUrl: string) => Promise<unknown> = migrate,
  ): Promise<PostgresServer> {
    const server = await startEmbeddedPostgres({ dataDir });
    await prepare(server.url);
    const postgres = new PostgresServer(server, dataDir);
    process.once('exit', () => postgres.#signal('SIGQUIT'));
    await watchOver(postgres);
    return postgres;
  }

  private constructor(server: EmbeddedPostgres, dataDir: string) {
    this.#server = server;
    this.#dataDir = dataDir;
    this.#url = server.url;
    this.#adminUrl = server.adminUrl;
    this.#pool = poolOf(server.url);
  }

  get url(): string {
    return this.#url;
  }

  get adminUrl(): string {
    return this.#adminUrl;
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
    await this.#comeBack();
  }

  /** Makes each commit wait until a standby has it. */
  async addStandby(): Promise<void> {
    const dataDir = `${this.#dataDir}-next`;
    const { url, adminUrl } = this;
    this.#standby = { server: await startStandby({ dataDir: this.#dataDir, url, adminUrl }, dataDir), dataDir };
    await this.asAdmin(`alter system set synchronous_standby_names = 'standby'`, 'select pg_reload_conf()');
    const waits = `do $$ begin assert exists (select from pg_stat_replication where sync_state = 'sync'); end $$`;
    await eventually('commits wait for the standby', () =>
      this.asAdmin(waits).then(
        () => true,
        () => false,
      ),
    );
  }

  /** The primary dies at once, and its standby takes its place, on another port. */
  async failOver(): Promise<void> {
    const standby = this.#standby;
    if (standby === undefined) throw new Error('there is no standby');
    this.#standby = undefined;
    this.#signal('SIGQUIT');
    await this.#server.ended;
    const { server, dataDir } = standby;
    await server.promote();
    const old = this.#pool;
    const { process: child } = server;
    this.#server = { pid: child.pid ?? 0, ended: endOf(child), stop: async () => await server[Symbol.asyncDispose]() };
    this.#dataDir = dataDir;
    this.#url = server.url;
    this.#adminUrl = server.adminUrl;
    this.#pool = poolOf(server.url);
    await old.end();
  }

  /** An orderly stop, and a start with another environment. */
  async restart(env: NodeJS.ProcessEnv): Promise<void> {
    await this.#server.stop();
    await this.#comeBack(env);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
    await this.#standby?.server[Symbol.asyncDispose]();
    await this.#server.stop();
  }

  async #comeBack(env: NodeJS.ProcessEnv = process.env): Promise<void> {
    const server = await startEmbeddedPostgres({ dataDir: this.#dataDir, env });
    this.#server = server;
    if (server.url !== this.url) throw new Error('PostgreSQL came back on another port');
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

function poolOf(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 3 });
  pool.on('error', () => undefined);
  return pool;
}
