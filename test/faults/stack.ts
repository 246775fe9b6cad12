import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Failpoint } from '#platform/failpoints.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { type ServiceName, type ServiceProcess, startService } from '../support/start-services.ts';
import type { WebAddress } from './ask-web.ts';
import { DatabaseProxy } from './database-proxy.ts';
import { type Links, plainLinks, secureLinks } from './links.ts';
import { PostgresServer } from './postgres-server.ts';
import { RedisServer } from './redis-server.ts';
import type { OpenStore, TestStore } from './stores/store.ts';
import { VolumeStore } from './stores/volume-store.ts';
import type { KeptFile, System } from './system.ts';

/** The processes of the system under test; two workers, so that one can fail while the other goes on. */
export const processNames = ['metadata', 'result', 'upload', 'worker-1', 'worker-2', 'web'] as const;
export type ProcessName = (typeof processNames)[number];

type Settings = Readonly<Record<string, string>>;

/** Short, so that a round does not wait long for the claims of a dead worker. */
const leaseMs = 2_000;

/** Another release than this one, to begin with. */
export interface Release {
  readonly folder: string;
  readonly makeSchema: (databaseUrl: string) => Promise<unknown>;
}

interface StackOptions {
  readonly secure?: boolean;
  readonly idle?: boolean;
  readonly release?: Release;
  /** A volume by default. */
  readonly openStore?: OpenStore;
}

/**
 * A whole system of real processes with stores of its own. The services reach PostgreSQL through a proxy;
 * the harness asks it directly.
 */
export class Stack implements System, AsyncDisposable {
  readonly folder: string;
  readonly postgres: PostgresServer;
  readonly proxy: DatabaseProxy;
  readonly redis: RedisServer;
  /** Of bytes. */
  readonly store: TestStore;
  /** To the public port. */
  readonly channel: RpcChannel;
  /** To the internal ports, as the services themselves have them. */
  readonly metadata: RpcChannel;
  readonly result: RpcChannel;
  readonly #resources: AsyncDisposableStack;
  readonly #links: Links;
  readonly #running = new Map<ProcessName, ServiceProcess>();
  /** Processes that run with settings of a fault. */
  readonly #altered = new Set<ProcessName>();
  #crashes: string[] = [];
  /** The folder of the release that is started from now on; of this one if undefined. */
  release: string | undefined;

  /** @param options `secure`: whether all links speak TLS, and callers need a token; `idle`: only the stores run, until `heal` */
  static async start({
    secure = false,
    idle = false,
    release,
    openStore = VolumeStore.open,
  }: StackOptions = {}): Promise<Stack> {
    await using opening = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'fmf-'));
    opening.defer(() => rm(folder, { recursive: true, force: true }));
    const postgres = opening.use(await PostgresServer.start(join(folder, 'postgres'), release?.makeSchema));
    const proxy = opening.use(await DatabaseProxy.start(postgres.url));
    const redis = opening.use(await RedisServer.start(folder));
    const store = opening.use(await openStore(folder));
    const links = secure ? await secureLinks(folder) : plainLinks(folder);
    const stack = new Stack(folder, { postgres, proxy, redis, store }, links, opening.move());
    process.once('exit', () => stack.#killAll());
    stack.release = release?.folder;
    if (!idle) await stack.heal();
    return stack;
  }

  private constructor(
    folder: string,
    stores: { postgres: PostgresServer; proxy: DatabaseProxy; redis: RedisServer; store: TestStore },
    links: Links,
    resources: AsyncDisposableStack,
  ) {
    this.folder = folder;
    this.postgres = stores.postgres;
    this.proxy = stores.proxy;
    this.redis = stores.redis;
    this.store = stores.store;
    this.#resources = resources;
    this.#links = links;
    resources.defer(() => this.#killAll());
    this.channel = resources.use(this.channelTo('upload'));
    this.metadata = resources.use(this.channelTo('metadata'));
    this.result = resources.use(this.channelTo('result'));
  }

  /** Where a process listens, whether it runs or not. */
  listen(name: string): string {
    return this.#links.listen(name);
  }

  /** Where a process serves operators. */
  opsSocket(name: ProcessName): string {
    return join(this.folder, `${name}-ops`);
  }

  channelTo(name: string): RpcChannel {
    return new RpcChannel(this.#links.target(name), this.#links.client);
  }

  /** How `web` is reached. */
  get web(): WebAddress {
    const { client, ca } = this.#links;
    return { target: this.#links.target('web'), authorization: client.authorization, ca };
  }

  async hashOf({ storage_key }: KeptFile): Promise<string> {
    return await this.store.hashOf(storage_key);
  }

  process(name: ProcessName): ServiceProcess {
    const running = this.#running.get(name);
    if (running === undefined) throw new Error(`${name} was never started`);
    return running;
  }

  /** Starts a process that does not run, with settings beside the usual ones. */
  async start(name: ProcessName, settings: Settings = {}): Promise<void> {
    if (Object.keys(settings).length > 0) this.#altered.add(name);
    else this.#altered.delete(name);
    const launch = this.release === undefined ? {} : { release: this.release };
    const started = await startService(serviceOf(name), { ...this.settingsOf(name), ...settings }, launch);
    this.#running.set(name, started);
    started.child.once('exit', (code) => {
      if (code !== null && code !== 0) this.#crashes.push(`${name} ended with ${code}: ${started.log().slice(-2_000)}`);
    });
  }

  /** An orderly stop and a start. */
  async restart(name: ProcessName, settings: Settings = {}): Promise<void> {
    await this.process(name).stop();
    await this.start(name, settings);
  }

  /** Arms a failpoint in a process that runs. */
  arm(name: ProcessName, failpoint: Failpoint, action: string): void {
    this.process(name).child.send({ failpoints: `${failpoint}:${action}` });
  }

  /** Starts it anew with a failpoint armed: for its boot, and for threads, which hear of it when they begin. */
  async restartArmed(name: ProcessName, failpoint: Failpoint, action: string): Promise<void> {
    await this.restart(name, { FILEMILL_FAILPOINTS: `${failpoint}:${action}` });
  }

  settingsOf(name: ProcessName): Record<string, string> {
    return {
      FILEMILL_LOG_FORMAT: 'json',
      FILEMILL_ALLOW_FAILPOINTS: '1',
      ...this.#links.settings,
      FILEMILL_GRPC_LISTEN: this.listen(name),
      FILEMILL_OPS_LISTEN: `unix:${this.opsSocket(name)}`,
      FILEMILL_DATABASE_URL: this.proxy.url,
      FILEMILL_REDIS_URL: this.redis.url,
      ...this.store.settings,
      FILEMILL_METADATA_TARGET: this.#links.target('metadata'),
      FILEMILL_RESULT_TARGET: this.#links.target('result'),
      FILEMILL_UPLOAD_TARGET: this.#links.target('upload'),
      FILEMILL_HTTP_LISTEN: this.listen('web'),
      FILEMILL_LEASE_MS: String(leaseMs),
      FILEMILL_WORKER_NAME: name,
      FILEMILL_WORKER_THREADS: '1',
      FILEMILL_WORKER_PREFETCH: '2',
      FILEMILL_WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1',
    };
  }

  /** Lets the processes that touch bytes start over, as when their store has changed. */
  async restartOnStore(settings: Settings = {}): Promise<void> {
    await Promise.all((['upload', 'worker-1', 'worker-2'] as const).map((name) => this.restart(name, settings)));
  }

  /** Processes that gave up by themselves since the last call, which no fault should bring about; with the end of their logs. */
  takeCrashes(): string[] {
    const crashes = this.#crashes;
    this.#crashes = [];
    return crashes;
  }

  /** Everything runs again, as it does without a fault. */
  async heal(): Promise<void> {
    await this.store.heal();
    this.redis.signal('SIGCONT');
    if (!this.redis.running) await this.redis.start();
    await Promise.all(
      processNames.map(async (name) => {
        const child = this.#running.get(name)?.child;
        child?.kill('SIGCONT');
        if (child === undefined || child.exitCode !== null || child.signalCode !== null) await this.start(name);
        else if (this.#altered.has(name)) await this.restart(name);
      }),
    );
  }

  async wipe(): Promise<void> {
    await this.postgres.query(`truncate files, file_states, file_counts, claims, blob_deletions, upload_locks, webhooks, webhook_batches,
        webhook_deliveries cascade`);
    await this.store.wipe();
  }

  /** Does this before all else when the stack is disposed of. */
  defer(work: () => Promise<void>): void {
    this.#resources.defer(work);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  #killAll(): void {
    for (const { child } of this.#running.values()) child.kill('SIGKILL');
  }
}

/** Resolves with the signal that ended the process. */
export async function deathOf({ child }: ServiceProcess): Promise<NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.signalCode;
}

function serviceOf(name: ProcessName): ServiceName {
  return name.startsWith('worker') ? 'worker' : (name as ServiceName);
}
