import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { serviceRoles } from '#adapters/postgres/database/roles.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { freePort } from './free-port.ts';
import { type ServiceName, type ServiceProcess, startService, testFolder } from './start-services.ts';
import { testDatabase } from './stores.ts';

/** What serves the public gRPC port. */
const grpcServices = ['metadata', 'result', 'upload'] as const;
export const httpServices = [...grpcServices, 'web'] as const;
/** All of them, but for the way in over HTTP. */
export const workingServices = [...grpcServices, 'worker'] as const;

export interface ClusterOptions {
  /** What is started at once, in this order. */
  readonly services?: readonly ServiceName[];
  /** Settings of all services, beside those that make them find each other. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether metadata and result connect with the rights of their own role, as in a system that is exposed. */
  readonly ownRoles?: boolean;
  /** Of the PostgreSQL server; that which `npm test` started unless given. */
  readonly adminUrl?: string | undefined;
}

/** A running Filemill: services as real processes on a database and a volume of their own. */
export interface Cluster extends AsyncDisposable {
  /** Where sockets and the volume are. */
  readonly folder: string;
  readonly databaseUrl: string;
  readonly storageDir: string;
  /** `http://127.0.0.1:PORT` of web, whether it runs or not. */
  readonly base: string;
  /** Settings that every service of it has. */
  readonly env: Readonly<Record<string, string>>;
  /** The gRPC target of a service. */
  target(name: ServiceName): string;
  /** The process that runs now, or ran last. */
  service(name: ServiceName): ServiceProcess;
  /** All of these. */
  running(): readonly ServiceProcess[];
  /** Starts one more, or one in the place of one that was stopped. */
  start(name: ServiceName, settings?: Readonly<Record<string, string>>): Promise<ServiceProcess>;
  stop(name: ServiceName, signal?: NodeJS.Signals): Promise<void>;
  /** What a service answers to operators at /readyz. */
  readyz(name: ServiceName): Promise<{ readonly status: number; readonly body: string }>;
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { services = ['metadata', 'result'], settings = {}, adminUrl, ownRoles = false } = options;
  await using opening = new AsyncDisposableStack();
  let resources: AsyncDisposableStack = opening;
  const { path: folder } = opening.use(await testFolder());
  const databaseUrl = settings.FILEMILL_DATABASE_URL ?? opening.use(await testDatabase({ adminUrl })).url;
  const target = (name: ServiceName) => `unix:${folder}/${name}`;
  const port = services.includes('web') ? await freePort() : 0;
  const env = {
    FILEMILL_DATABASE_URL: databaseUrl,
    FILEMILL_STORAGE_DIR: `${folder}/storage`,
    FILEMILL_METADATA_TARGET: target('metadata'),
    FILEMILL_RESULT_TARGET: target('result'),
    FILEMILL_UPLOAD_TARGET: target('upload'),
    FILEMILL_WORKER_THREADS: '1',
    ...settings,
  };
  const own = (name: ServiceName) => ({
    FILEMILL_OPS_LISTEN: `${target(name)}-ops`,
    FILEMILL_HTTP_LISTEN: `127.0.0.1:${port}`,
    FILEMILL_GRPC_LISTEN: target(name),
  });
  const roles = ownRoles ? await serviceLogins(databaseUrl) : {};
  const running = new Map<ServiceName, ServiceProcess>();
  const start = async (name: ServiceName, more: Readonly<Record<string, string>> = {}) => {
    const service = resources.use(await startService(name, { ...env, ...roles[name], ...own(name), ...more }));
    running.set(name, service);
    return service;
  };
  for (const name of services) await start(name);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  opening.defer(() => pool.end());
  resources = opening.move();
  return {
    folder,
    databaseUrl,
    storageDir: env.FILEMILL_STORAGE_DIR,
    base: `http://127.0.0.1:${port}`,
    env,
    target,
    service: (name) => running.get(name) ?? neverStarted(name),
    running: () => [...running.values()],
    start,
    stop: async (name, signal) => await running.get(name)?.stop(signal),
    readyz: (name) => askOps(`${folder}/${name}-ops`, '/readyz'),
    query: async (sql, values = []) => (await pool.query(sql, [...values])).rows,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** How services connect as their own roles, which all databases of the server share. */
async function serviceLogins(databaseUrl: string): Promise<Partial<Record<ServiceName, Record<string, string>>>> {
  const password = 'of-a-service';
  const urlOf = (username: string) => Object.assign(new URL(databaseUrl), { username, password }).href;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  for (const role of serviceRoles) await client.query(`alter role ${role} login password '${password}'`);
  await client.end();
  return {
    metadata: { FILEMILL_DATABASE_URL: urlOf('filemill_metadata') },
    result: { FILEMILL_DATABASE_URL: urlOf('filemill_result') },
  };
}

function neverStarted(name: ServiceName): never {
  throw new Error(`${name} was never started`);
}

async function askOps(socketPath: string, path: string) {
  const asked = request({ socketPath, path }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}

/** Makes PENDING files FAILED, as a worker does that meets them with a broken analyser. */
export async function failFiles(
  { env }: Cluster,
  ids: readonly string[],
  { worker = 'breaker', errorMessage = 'broken on purpose' } = {},
): Promise<void> {
  using channel = new RpcChannel(env.FILEMILL_METADATA_TARGET ?? '');
  const lifecycle = channel.client(FileLifecycleService);
  const leaseToken = crypto.randomUUID();
  await lifecycle.claimFiles({ ids: [...ids], leaseToken, worker });
  await lifecycle.failAttempts({
    items: ids.map((id) => ({
      id,
      leaseToken,
      errorCode: 'analyzer_error',
      errorMessage,
      permanent: true,
    })),
  });
}
