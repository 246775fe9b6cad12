import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { migrate } from '#adapters/postgres/database/migrate.ts';
import { readSettings } from '#platform/config.ts';
import { unknownSettings } from '#platform/known-settings.ts';
import { problemOfPath } from '#platform/problem-of-path.ts';
import { thisCommand } from '#platform/this-command.ts';
import { Certificates } from '#platform/tls/certificates.ts';
import { tlsSettings } from '#platform/tls/settings.ts';
import { type AccessSecrets, loadAccessSecrets, standInSecrets } from './access-secrets.ts';
import { compileCacheFolder } from './compile-cache.ts';
import { buildDashboard } from './dashboard-build.ts';
import { DataDir } from './data-dir.ts';
import { hostAndPort, requireAddress } from './ports.ts';
import { type ServiceUrls, startEmbeddedPostgres } from './postgres/embedded-postgres.ts';
import { describeUrl, migrateExternal, waitForDatabase } from './postgres/external-database.ts';
import { checkSettings } from './processes/check-settings.ts';
import { LiveProcesses } from './processes/child.ts';
import { ChildRegister } from './processes/child-register.ts';
import { Keeper, type KeeperOptions, type Open } from './processes/keeper.ts';
import type { ServiceSpec } from './processes/service-child.ts';
import { serviceEnvironment } from './processes/service-runtime.ts';
import { inheritedEnvironment, type StackSettings, serviceSpecs } from './processes/service-specs.ts';
import { Supervisor } from './processes/supervisor.ts';
import { problemOfRedis } from './redis/external-redis.ts';
import { findRedisProgram, startPrivateRedis } from './redis/private-redis.ts';
import type { Report } from './report.ts';
import { RunRecord } from './run-record.ts';
import { SetupError } from './setup-error.ts';
import { type LocalCertificate, localCertificate } from './tls/local-certificate.ts';

export interface StackOptions {
  readonly dataDir: string;
  /** 0 takes a free port. */
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly workers: number;
  /** The address that the public ports listen on. */
  readonly listen: string;
  /** Whether callers need a token. */
  readonly auth: boolean;
  /** Whether the public ports speak TLS, by a certificate of this machine's own. */
  readonly tls: boolean;
  /** An external PostgreSQL; the embedded one is used otherwise. */
  readonly databaseUrl?: string | undefined;
  readonly databaseWaitMs: number;
  /** An external Redis, or `none`; otherwise a private one if its program is found. */
  readonly redisUrl?: string | undefined;
  readonly storageDir?: string | undefined;
  readonly threadsPerWorker?: number | undefined;
  readonly logLevel: string;
  /** Inherited by the services; also holds the search path. */
  readonly env: NodeJS.ProcessEnv;
  readonly report: Report;
  /** When aborted, starts in progress give up and nothing is restarted. */
  readonly signal: AbortSignal;
}

/** Filemill on one machine: PostgreSQL, Redis if there is one, and the five services. */
export class LocalStack implements AsyncDisposable {
  readonly #options: StackOptions;
  readonly #opened = new AsyncDisposableStack();
  readonly #processes = new LiveProcesses();
  readonly #keeping: KeeperOptions;
  readonly #stores: string[] = [];
  grpcAddress = '';
  /** The gRPC target for this process, whatever others use. */
  ownTarget = '';
  httpAddress = '';
  /** A file with the URL for tools such as psql; undefined for an external database. */
  databaseUrlFile: string | undefined;
  /** What calls of this machine's own client carry, and the file that holds the token; undefined where everyone may call. */
  authorization: string | undefined;
  adminTokenFile: string | undefined;
  /** The certificate of the public ports; undefined where they speak clear text. */
  certificate: LocalCertificate | undefined;

  constructor(options: StackOptions) {
    this.#options = options;
    this.#keeping = { log: options.report.warn, signal: options.signal };
  }

  /** Starts everything. Call it once, and dispose of the stack even if it fails. @throws SetupError for users to fix */
  async start(): Promise<void> {
    const { dataDir, grpcPort, httpPort, listen, report, signal, env } = this.#options;
    for (const problem of unknownSettings(env)) report.warn(problem);
    checkSettings(this.#specs(standIns(this.#options)), env);
    const folder = this.#opened.use(await DataDir.open(dataDir));
    const record = this.#opened.use(await RunRecord.open(folder.path));
    const register = new ChildRegister(folder.within('children.json'));
    await register.stopLeftovers(report.warn);
    this.grpcAddress = await requireAddress(grpcPort, { host: listen, use: 'gRPC', option: '--grpc-port' });
    this.httpAddress = await requireAddress(httpPort, { host: listen, use: 'HTTP', option: '--http-port' });
    const storageDir = await this.#makeFolders(folder);
    const access = this.#options.auth ? await this.#loadSecrets(folder) : undefined;
    if (this.#options.tls) this.certificate = await localCertificate(folder.within('tls'));
    const dashboard = this.#buildDashboard();
    const socketFolder = await folder.makeSocketFolder();
    this.ownTarget = `unix:${socketFolder}/upload.sock`;
    const databaseUrls = await this.#startDatabase(folder);
    signal.throwIfAborted();
    const redisUrl = await this.#startRedis(folder, socketFolder);
    // The web service reads it once, when it starts.
    await dashboard;
    signal.throwIfAborted();
    const tls = this.certificate;
    await this.#startServices(folder, register, { databaseUrls, redisUrl, storageDir, socketFolder, access, tls });
    await record.serves({ grpc: this.grpcTarget, http: this.httpUrl, stores: this.#stores.toReversed() });
  }

  /** Kills everything without waiting, for a process that exits. PostgreSQL recovers at the next start. */
  kill(): void {
    this.#processes.kill();
  }

  /** The public gRPC port as clients name it. */
  get grpcTarget(): string {
    return this.speaksTls ? `https://${this.grpcAddress}` : this.grpcAddress;
  }

  get httpUrl(): string {
    return `${this.speaksTls ? 'https' : 'http'}://${this.httpAddress}`;
  }

  /** Whether the public ports do, by a certificate of this machine or one that the environment names. */
  get speaksTls(): boolean {
    return this.certificate !== undefined || Boolean(this.#options.env.FILEMILL_TLS_CERT);
  }

  /** The order in which everything will be stopped: `services, then PostgreSQL`. */
  get order(): string {
    return ['services', ...this.#stores].join(', then ');
  }

  /** Stops the services first, then Redis, then PostgreSQL. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }

  async #loadSecrets(folder: DataDir): Promise<AccessSecrets> {
    const secrets = await loadAccessSecrets(folder);
    this.authorization = `Bearer ${secrets.adminToken}`;
    this.adminTokenFile = secrets.adminTokenFile;
    return secrets;
  }

  /** @returns the folder of the files */
  async #makeFolders(folder: DataDir): Promise<string> {
    const { storageDir, databaseUrl, redisUrl } = this.#options;
    const files =
      storageDir === undefined
        ? await makeFolder(folder.within('storage'), 'The folder')
        : await makeFolder(storageDir, 'FILEMILL_STORAGE_DIR: the folder');
    const stores = { postgres: databaseUrl, redis: redisUrl };
    const own = Object.entries(stores).flatMap(([name, url]) => (url === undefined ? name : []));
    for (const name of ['logs', ...own]) await makeFolder(folder.within(name), 'The folder');
    return files;
  }

  /** Runs beside the start of the database, and never fails. Builds only after an installation or an update. */
  async #buildDashboard(): Promise<void> {
    const { env, report, signal } = this.#options;
    if (env.FILEMILL_DASHBOARD_DIR) return;
    const outcome = await buildDashboard({ processes: this.#processes, signal });
    if (outcome === 'failed' && !signal.aborted) report.absent('No new dashboard', 'npm run build:dashboard says why');
  }

  async #startDatabase(folder: DataDir): Promise<ServiceUrls> {
    const { databaseUrl, databaseWaitMs, report, signal } = this.#options;
    const since = performance.now();
    if (databaseUrl !== undefined) {
      const options = { signal, giveUpAfterMs: databaseWaitMs, log: report.warn };
      const version = await waitForDatabase(databaseUrl, options);
      await migrateExternal(databaseUrl);
      report.ready(`PostgreSQL ${version}`, since, describeUrl(databaseUrl));
      return { metadata: databaseUrl, result: databaseUrl };
    }
    let url = '';
    let serviceUrls: ServiceUrls = { metadata: '', result: '' };
    const options = { dataDir: folder.within('postgres'), log: report.warn, processes: this.#processes };
    await this.#keep('PostgreSQL', async (signal) => {
      const server = await startEmbeddedPostgres({ ...options, signal });
      ({ url, serviceUrls } = server);
      return server;
    });
    await migrate(url);
    this.databaseUrlFile = folder.within('database-url');
    await writeFile(this.databaseUrlFile, `${url}\n`, { mode: 0o600 });
    report.ready('PostgreSQL 18 (embedded)', since, shortPath(folder.path));
    return serviceUrls;
  }

  async #startRedis(folder: DataDir, socketFolder: string): Promise<string> {
    const { redisUrl, env, report, signal } = this.#options;
    const since = performance.now();
    const standIn = 'tasks are claimed from PostgreSQL';
    if (redisUrl === 'none') {
      report.absent('No Redis (FILEMILL_REDIS_URL=none)', standIn);
      return 'none';
    }
    if (redisUrl !== undefined) {
      const problem = await problemOfRedis(redisUrl, new Certificates(readSettings(tlsSettings, env)));
      if (problem === undefined) report.ready('Redis (FILEMILL_REDIS_URL)', since, withoutPassword(redisUrl));
      // The services use Redis as soon as it answers.
      else report.warn(`${problem} Until then ${standIn}.`);
      return redisUrl;
    }
    const program = await findRedisProgram(env.PATH);
    if (program === undefined) {
      report.absent('No Redis found', standIn);
      return 'none';
    }
    const socket = `${socketFolder}/redis.sock`;
    const dataDir = folder.within('redis');
    const options = { program, dataDir, socket, log: report.warn, processes: this.#processes };
    try {
      await this.#keep('Redis', (signal) => startPrivateRedis(options, signal));
    } catch (error) {
      signal.throwIfAborted();
      report.absent((error as Error).message, standIn);
      return 'none';
    }
    report.ready(`${program.title} (private, from PATH)`, since, '');
    return `unix://${socket}`;
  }

  async #startServices(
    folder: DataDir,
    register: ChildRegister,
    found: Omit<Found, 'grpcListen' | 'httpListen'>,
  ): Promise<void> {
    const { workers, report, env } = this.#options;
    const since = performance.now();
    const specs = this.#specs({ ...found, grpcListen: this.grpcAddress, httpListen: this.httpAddress });
    const surroundings = {
      env: {
        ...serviceEnvironment,
        NODE_COMPILE_CACHE: await compileCacheFolder(folder.within('compile-cache')),
        ...inheritedEnvironment(env, specs),
      },
      register,
      processes: this.#processes,
      logPath: (name: string) => folder.within('logs', `${name}.log`),
      show: report.service,
    };
    this.#opened.use(await Supervisor.start(specs, surroundings, this.#keeping));
    const title = `upload, metadata, result, worker ×${workers}, web`;
    report.ready(title, since, `gRPC ${this.grpcTarget}   ${this.httpUrl}`);
  }

  #specs(found: Found): readonly ServiceSpec[] {
    const { workers, logLevel, env } = this.#options;
    const command = thisCommand(env);
    const threadsPerWorker =
      this.#options.threadsPerWorker ?? Math.max(1, Math.round(availableParallelism() / workers));
    return serviceSpecs({ ...found, workers, logLevel, threadsPerWorker, command });
  }

  async #keep(name: string, open: Open): Promise<void> {
    this.#opened.use(await Keeper.start(name, open, this.#keeping));
    this.#stores.unshift(name);
  }
}

/** The settings that are known once PostgreSQL and Redis run. */
type Found = Omit<StackSettings, 'workers' | 'logLevel' | 'threadsPerWorker' | 'command'>;

/** Placeholders, with which users' settings can be checked before anything runs. */
function standIns({ listen, auth }: StackOptions): Found {
  const address = hostAndPort(listen, 0);
  return {
    grpcListen: address,
    httpListen: address,
    databaseUrls: { metadata: 'postgresql://', result: 'postgresql://' },
    redisUrl: 'none',
    storageDir: '/',
    socketFolder: '/',
    access: auth ? standInSecrets : undefined,
    tls: undefined,
  };
}

/** Makes a folder before anything is started, so that a file in its place is reported early. */
async function makeFolder(path: string, what: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: Error) => {
    throw new SetupError(`${what} ${path} cannot be made: ${problemOfPath(cause)}.`, { exitCode: 2, cause });
  });
  return path;
}

/** Writes the path as people would type it. */
function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : `./${short}`;
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//').replace(/\?.*/, '');
}
