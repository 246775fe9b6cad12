import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { queryPatiently } from '../faults/postgres-server.ts';
import { commandInside } from './host.ts';
import { fullName } from './names.ts';

export const storePorts = { postgres: 5432, redis: 6379, s3: 9000 } as const;

/** What `stores.ts` is told: to lose power for so long, after which only what was synced is there, or to bring the schema up to date. */
export type StoresOrder = { readonly do: 'crash'; readonly downMs: number } | { readonly do: 'migrate' };

/** What it says. */
export interface StoresReport {
  readonly ready?: { readonly databaseUrl: string };
  readonly done?: true;
}

/** The host that keeps everything that must not get lost, and Redis. */
export class StoresHost implements AsyncDisposable {
  readonly name = 'stores';
  readonly address: string;
  /** As services reach it. */
  readonly databaseUrl: string;
  readonly redisUrl = `redis://${fullName('redis')}:${storePorts.redis}`;
  readonly #process: ChildProcess;
  readonly #pool: pg.Pool;

  /**
   * @param folder of all hosts
   * @param schema that of the release, or the latest
   */
  static async start(address: string, folder: string, schema: 'of-release' | 'latest'): Promise<StoresHost> {
    const program = fileURLToPath(new URL('stores.ts', import.meta.url));
    const [enter = '', ...rest] = await commandInside('stores', folder);
    const child = spawn(enter, [...rest, process.execPath, program, join(folder, 'own'), address, schema], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const { ready } = await nextReport(child);
    return new StoresHost(address, child, new URL(ready?.databaseUrl ?? ''), join(folder, 'stores', 'own'));
  }

  private constructor(address: string, child: ChildProcess, databaseUrl: URL, socketDir: string) {
    this.address = address;
    this.#process = child;
    const { username: user, password, pathname } = databaseUrl;
    const place = { host: fullName('postgres'), port: String(storePorts.postgres) };
    this.databaseUrl = Object.assign(new URL(databaseUrl), { hostname: place.host, port: place.port }).href;
    const database = pathname.slice(1);
    const way = { host: socketDir, port: storePorts.postgres };
    this.#pool = new pg.Pool({ ...way, user, password: decodeURIComponent(password), database, max: 3 });
    this.#pool.on('error', () => undefined);
  }

  /** Past the network. */
  async query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return await queryPatiently<Row>(this.#pool, sql, values);
  }

  /** All stores lose power at once; resolves when they are back. */
  async losePower(downMs: number): Promise<void> {
    await this.#order({ do: 'crash', downMs });
  }

  /** Brings the schema up to date. */
  async migrate(): Promise<void> {
    await this.#order({ do: 'migrate' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
    if (this.#process.connected) this.#process.disconnect();
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
  }

  async #order(order: StoresOrder): Promise<void> {
    this.#process.send(order);
    await nextReport(this.#process);
  }
}

/** @throws Error when the process has ended */
async function nextReport(child: ChildProcess): Promise<StoresReport> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('The stores did not start, or ended.');
  });
  const [report] = (await Promise.race([once(child, 'message'), ended])) as [StoresReport];
  return report;
}
