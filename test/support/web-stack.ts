import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { freePort } from './free-port.ts';
import { type ServiceName, type ServiceProcess, startService, testFolder } from './start-services.ts';
import { testDatabase } from './stores.ts';

/** The HTTP API over a whole system of real processes, without a worker unless one is started. */
export interface WebStack extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly base: string;
  readonly databaseUrl: string;
  readonly storageDir: string;
  /** Settings that a service of this system has. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts another one, or one that was stopped. */
  start(name: ServiceName, env?: Record<string, string>): Promise<ServiceProcess>;
  readonly services: Readonly<Record<'metadata' | 'result' | 'upload' | 'web', ServiceProcess>>;
  /** What a service answers to operators at /readyz. */
  readyz(name: ServiceName): Promise<{ readonly status: number; readonly body: string }>;
}

/**
 * @param settings of all its services
 * @param adminUrl of the PostgreSQL server; that which `npm test` started unless given
 */
export async function startWebStack(settings: Record<string, string> = {}, adminUrl?: string): Promise<WebStack> {
  await using opening = new AsyncDisposableStack();
  let resources: AsyncDisposableStack = opening;
  const folder = opening.use(await testFolder());
  const database = opening.use(await testDatabase({ ...(adminUrl && { adminUrl }) }));
  const socket = (name: string) => `unix:${folder.path}/${name}.sock`;
  const storageDir = `${folder.path}/storage`;
  const port = await freePort();
  const env = {
    FILEMILL_DATABASE_URL: database.url,
    FILEMILL_STORAGE_DIR: storageDir,
    FILEMILL_METADATA_TARGET: socket('metadata'),
    FILEMILL_RESULT_TARGET: socket('result'),
    FILEMILL_UPLOAD_TARGET: socket('upload'),
    FILEMILL_WORKER_THREADS: '1',
    ...settings,
  };
  const start = async (name: ServiceName, more: Record<string, string> = {}) => {
    const listen =
      name === 'web' ? { FILEMILL_HTTP_LISTEN: `127.0.0.1:${port}` } : { FILEMILL_GRPC_LISTEN: socket(name) };
    const ops = { FILEMILL_OPS_LISTEN: socket(`${name}-ops`) };
    return resources.use(await startService(name, { ...env, ...ops, ...listen, ...more }));
  };
  const metadata = await start('metadata');
  const result = await start('result');
  const upload = await start('upload');
  const web = await start('web');
  resources = opening.move();
  return {
    base: `http://127.0.0.1:${port}`,
    databaseUrl: database.url,
    storageDir,
    env,
    start,
    services: { metadata, result, upload, web },
    readyz: async (name) => {
      const asked = request({ socketPath: `${folder.path}/${name}-ops.sock`, path: '/readyz' }).end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      return { status: answer.statusCode ?? 0, body: await text(answer) };
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Makes PENDING files FAILED, as a worker does that meets them with a broken analyser. */
export async function failFiles(
  { env }: WebStack,
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
