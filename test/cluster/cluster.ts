import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { mintToken, tokenText } from '#domain/token.ts';
import { DownloadService } from '#gen/filemill/v1/download_service_pb.ts';
import { never } from '#platform/abort.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import type { WebAddress } from '../faults/ask-web.ts';
import type { Way } from '../faults/load.ts';
import type { KeptFile, System } from '../faults/system.ts';
import type { ServiceName } from '../support/start-services.ts';
import { furnish } from './enclosure.ts';
import { Host, type Settings } from './host.ts';
import { fullName, Names } from './names.ts';
import { Network } from './network.ts';
import { StoresHost } from './stores-host.ts';

const services = {
  front: ['upload', 'web'],
  core: ['metadata', 'result'],
  worker: ['worker'],
} as const satisfies Record<string, readonly ServiceName[]>;
type Kind = keyof typeof services;

/** Beside the host of the stores. */
export const hostNames = ['front-1', 'front-2', 'core-1', 'core-2', 'worker-1', 'worker-2'] as const;
export type HostName = (typeof hostNames)[number];

/** A worker listens nowhere, but has the setting. */
const ports = { upload: 50051, metadata: 50052, result: 50053, web: 8080, worker: 0 } as const satisfies Record<
  ServiceName,
  number
>;
const network = '10.77.0';
const storesAddress = `${network}.130`;
/** The last part of the address of the first host that is no store. From .128 on no address is nearer to the clients than another (RFC 6724, rule 9). */
const firstNumber = 131;

/** Hosts that know each other by name only, each with its own address and files. */
export class HostCluster implements System, AsyncDisposable {
  readonly pauseMs = 100;
  readonly network: Network;
  readonly names: Names;
  readonly postgres: StoresHost;
  readonly channel: RpcChannel;
  readonly web: WebAddress;
  readonly #resources: AsyncDisposableStack;
  readonly #hosts = new Map<HostName, Host>();
  /** Hosts that run with settings of a fault. */
  readonly #altered = new Set<HostName>();
  readonly #folder: string;
  readonly #usual: Settings;
  /** Where the services come from that are not upgraded yet. */
  #release: string | undefined;
  #nextNumber = firstNumber;
  #crashes: string[] = [];

  /**
   * Must be enclosed.
   *
   * @param folder of this run
   * @param release the root of an earlier release, with whose services and schema it starts; this one by default
   */
  static async start(folder: string, release?: string): Promise<HostCluster> {
    await using opening = new AsyncDisposableStack();
    const clients = `${network}.1`;
    await furnish(folder, clients);
    const laid = await Network.lay(clients);
    const names = opening.use(await Names.serve(clients));
    await laid.add('stores', storesAddress);
    const stores = opening.use(
      await StoresHost.start(storesAddress, join(folder, 'files'), release === undefined ? 'latest' : 'of-release'),
    );
    for (const name of ['postgres', 'redis', 's3']) names.set(name, [storesAddress]);
    const cluster = new HostCluster(folder, { network: laid, names, stores, release }, opening.move());
    for (const name of hostNames) await cluster.#place(name);
    cluster.#publish();
    await Promise.all(hostNames.map((name) => cluster.start(name)));
    return cluster;
  }

  private constructor(
    folder: string,
    parts: { network: Network; names: Names; stores: StoresHost; release: string | undefined },
    resources: AsyncDisposableStack,
  ) {
    this.#folder = folder;
    this.network = parts.network;
    this.names = parts.names;
    this.postgres = parts.stores;
    this.#release = parts.release;
    this.#resources = resources;
    const adminToken = tokenText(mintToken());
    const { bucketSettings } = parts.stores;
    this.#usual = {
      ...bucketSettings,
      ...(parts.release !== undefined && parts.stores.s3 !== undefined && { FILEMILL_STORE_ALSO: 'volume' }),
      FILEMILL_AUTH: 'required',
      FILEMILL_TOKEN_KEY: randomBytes(32).toString('hex'),
      FILEMILL_SERVICE_TOKEN: randomBytes(32).toString('hex'),
      FILEMILL_ADMIN_TOKEN: adminToken,
    };
    const authorization = `Bearer ${adminToken}`;
    this.channel = resources.use(new RpcChannel(target('upload'), { authorization }));
    this.web = { target: `http://${target('web')}`, authorization };
  }

  host(name: HostName): Host {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`${name} is not there`);
    return host;
  }

  /** Starts a host that has no power. */
  async start(name: HostName, settings: Settings = {}): Promise<void> {
    if (Object.keys(settings).length > 0) this.#altered.add(name);
    else this.#altered.delete(name);
    await this.host(name).start((service) => ({ ...this.#settingsOf(name, service), ...settings }), this.#release);
  }

  async restart(name: HostName, settings: Settings = {}): Promise<void> {
    await this.host(name).stop();
    await this.start(name, settings);
  }

  /** What the services of the release cannot take is left out. */
  get ways(): readonly Way[] | undefined {
    return this.#release === undefined ? undefined : ['whole', 'resumable', 'put', 'whole', 'alone', 'tus'];
  }

  /**
   * Brings the schema up to date, and then each host in turn to the services of this release, as docs/deploy.md says.
   *
   * The `metadata` services come first: those of the release register no files in the new schema.
   *
   * @param afterEach is awaited after each of these hosts
   */
  async upgrade(afterEach: () => Promise<void>): Promise<void> {
    // None will be as it usually is until `heal` gives it credentials.
    for (const name of hostNames) this.#altered.add(name);
    try {
      await this.postgres.migrate();
      for (const name of hostNames.toSorted()) {
        await this.host(name).stop();
        await this.host(name).start((service) => this.#settingsOf(name, service));
        await afterEach();
      }
    } finally {
      this.#release = undefined;
    }
  }

  /** Another machine takes the place of this one, at another address; the name server leads there once it is ready. */
  async replace(name: HostName): Promise<void> {
    const old = this.host(name);
    this.#hosts.delete(name);
    this.#publish();
    await old.stop();
    await this.network.remove(name);
    await this.#place(name);
    await this.start(name);
    this.#publish();
  }

  async hashOf({ id }: KeptFile): Promise<string> {
    const downloads = this.channel.client(DownloadService);
    const download = async () => {
      const hash = createHash('sha256');
      for await (const { part } of downloads.download({ id })) if (part.case === 'chunk') hash.update(part.value);
      return hash.digest('hex');
    };
    return await withRetry(download, { signal: never, forMs: 120_000 }).catch((error: Error) => error.message);
  }

  async heal(): Promise<void> {
    this.names.speak();
    for (const name of [...hostNames, 'stores']) {
      await this.network.clear(name);
      await this.network.join(name);
      await this.network.direct(name);
    }
    await Promise.all(
      hostNames.map(async (name) => {
        if (!this.host(name).hasPower) await this.start(name);
        else if (this.#altered.has(name)) await this.restart(name);
      }),
    );
  }

  async wipe(): Promise<void> {
    await this.postgres.query(
      'truncate files, file_states, file_counts, claims, blob_deletions, upload_locks, webhooks, webhook_batches, webhook_deliveries cascade',
    );
  }

  takeCrashes(): string[] {
    const crashes = this.#crashes;
    this.#crashes = [];
    return crashes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#hosts.values()].map((host) => host.losePower()));
    await this.#resources.disposeAsync();
  }

  /** Gives a host of this name a new address. */
  async #place(name: HostName): Promise<void> {
    const address = `${network}.${this.#nextNumber}`;
    this.#nextNumber = this.#nextNumber === 254 ? firstNumber : this.#nextNumber + 1;
    await this.network.add(name, address);
    const onCrash = (crash: string) => this.#crashes.push(crash);
    const filesDir = join(this.#folder, 'files');
    this.#hosts.set(name, new Host({ name, address, services: services[kindOf(name)], filesDir, onCrash }));
  }

  /** Tells the name server where everything is. */
  #publish(): void {
    const hosts = [...this.#hosts.values()];
    for (const service of Object.values(services).flat())
      this.names.set(
        service,
        hosts.filter((host) => host.services.includes(service)).map(({ address }) => address),
      );
  }

  #settingsOf(name: HostName, service: ServiceName): Settings {
    const { address } = this.host(name);
    return {
      // The earlier release cannot ask callers who they are, and knows volumes alone.
      ...(this.#release === undefined ? this.#usual : { FILEMILL_ALLOW_ANONYMOUS: '1' }),
      FILEMILL_LOG_FORMAT: 'json',
      FILEMILL_GRPC_LISTEN: `${address}:${ports[service]}`,
      FILEMILL_HTTP_LISTEN: `${address}:${ports.web}`,
      FILEMILL_HTTP_HOSTS: fullName('web'),
      FILEMILL_DATABASE_URL: this.postgres.databaseUrl,
      FILEMILL_REDIS_URL: this.postgres.redisUrl,
      FILEMILL_STORAGE_DIR: join(this.#folder, 'volume'),
      FILEMILL_METADATA_TARGET: target('metadata'),
      FILEMILL_RESULT_TARGET: target('result'),
      FILEMILL_UPLOAD_TARGET: target('upload'),
      FILEMILL_LEASE_MS: '3000',
      FILEMILL_WORKER_NAME: name,
      FILEMILL_WORKER_THREADS: '1',
      FILEMILL_WORKER_PREFETCH: '2',
    };
  }
}

function kindOf(name: HostName): Kind {
  return name.slice(0, -2) as Kind;
}

function target(service: ServiceName): string {
  return `${fullName(service)}:${ports[service]}`;
}
