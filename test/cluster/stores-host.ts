import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { queryPatiently } from '../faults/postgres-server.ts';
import type { S3Access } from '../support/s3-server.ts';
import { commandInside, type Settings } from './host.ts';
import { fullName } from './names.ts';

export const storePorts = { postgres: 5432, redis: 6379, s3: 9000 } as const;

/** What `stores.ts` is told: to lose power for so long, after which only what was synced is there, or to bring the schema up to date. */
export type StoresOrder = { readonly do: 'crash'; readonly downMs: number } | { readonly do: 'migrate' };

interface Ready {
  readonly databaseUrl: string;
  /** The server that a script of the environment has started; without one, bytes are in a folder that all hosts see. */
  readonly s3?: S3Access;
}

/** See `startS3Server`. */
export function isS3Given(): boolean {
  return Boolean(process.env.FILEMILL_TEST_S3_CEPH);
}

/** What it says. */
export interface StoresReport {
  readonly ready?: Ready;
  readonly done?: true;
}

/** The host that keeps everything that must not get lost, and Redis. */
export class StoresHost implements AsyncDisposable {
  readonly name = 'stores';
  readonly address: string;
  /** How services reach it. */
  readonly databaseUrl: string;
  readonly redisUrl = `redis://${fullName('redis')}:${storePorts.redis}`;
  /** The server of the bucket, if there is one. */
  readonly s3: S3Access | undefined;
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
      env: { ...process.env, TMPDIR: join(folder, 'own') },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const { ready } = await nextReport(child);
    if (ready === undefined) throw new Error('The stores said something else before they were ready.');
    return new StoresHost(address, child, ready, join(folder, 'stores', 'own'));
  }

  private constructor(address: string, child: ChildProcess, { databaseUrl: own, s3 }: Ready, socketDir: string) {
    this.address = address;
    this.#process = child;
    const databaseUrl = new URL(own);
    const { username: user, password, pathname } = databaseUrl;
    const place = { host: fullName('postgres'), port: String(storePorts.postgres) };
    this.databaseUrl = Object.assign(new URL(databaseUrl), { hostname: place.host, port: place.port }).href;
    this.s3 = s3;
    const database = pathname.slice(1);
    const way = { host: socketDir, port: storePorts.postgres };
    this.#pool = new pg.Pool({ ...way, user, password: decodeURIComponent(password), database, max: 3 });
    this.#pool.on('error', () => undefined);
  }

  /** The settings of services that say where bytes are kept, if not on a volume. */
  get bucketSettings(): Settings {
    if (this.s3 === undefined) return {};
    const { bucket, region, accessKey, secretKey } = this.s3;
    const endpoint = `http://${fullName('s3')}:${storePorts.s3}`;
    return {
      FILEMILL_STORE: `s3://${bucket}/cluster?${new URLSearchParams({ endpoint, region })}`,
      AWS_ACCESS_KEY_ID: accessKey,
      AWS_SECRET_ACCESS_KEY: secretKey,
    };
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
