import { type ServiceProcess, startService, testFolder } from './start-services.ts';
import { testDatabase } from './stores.ts';

type Restartable = 'upload' | 'worker';

/** The four services behind the public gRPC port as real processes, on a database and a volume of their own. */
export interface TestSystem extends AsyncDisposable {
  /** For FILEMILL_SERVER. */
  readonly server: string;
  readonly storageDir: string;
  /** The process that runs now. */
  service(name: Restartable): ServiceProcess;
  /** Starts a process in the place of one that was stopped. */
  start(name: Restartable): Promise<void>;
}

export async function startSystem(settings: Record<string, string> = {}): Promise<TestSystem> {
  const resources = new AsyncDisposableStack();
  const { path: folder } = resources.use(await testFolder());
  const socket = (name: string) => `unix:${folder}/${name}`;
  const env = {
    FILEMILL_DATABASE_URL: settings.FILEMILL_DATABASE_URL ?? resources.use(await testDatabase()).url,
    FILEMILL_STORAGE_DIR: `${folder}/storage`,
    FILEMILL_METADATA_TARGET: socket('metadata'),
    FILEMILL_RESULT_TARGET: socket('result'),
    FILEMILL_WORKER_THREADS: '1',
    ...settings,
  };
  const running = new Map<Restartable, ServiceProcess>();
  const start = async (name: Restartable) => {
    running.set(name, await startService(name, { ...env, FILEMILL_GRPC_LISTEN: socket(name) }));
  };
  await Promise.all(
    (['metadata', 'result'] as const).map(async (name) => {
      resources.use(await startService(name, { ...env, FILEMILL_GRPC_LISTEN: socket(name) }));
    }),
  );
  for (const name of ['upload', 'worker'] as const) {
    await start(name);
    resources.defer(async () => await running.get(name)?.stop());
  }
  return {
    server: socket('upload'),
    storageDir: env.FILEMILL_STORAGE_DIR,
    service: (name) => running.get(name) as ServiceProcess,
    start,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
