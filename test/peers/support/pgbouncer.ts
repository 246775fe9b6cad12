import { chmod, writeFile } from 'node:fs/promises';
import { freePort } from '../../support/free-port.ts';
import { testFolder } from '../../support/start-services.ts';
import { startProgram } from './program.ts';

export type PoolMode = 'session' | 'transaction' | 'statement';

export interface PgBouncer extends AsyncDisposable {
  /** The URL of a database on the server behind, through the pooler. */
  through(databaseUrl: string): string;
}

/** PgBouncer in front of the server of `serverUrl`, for all its databases; what `settings` leaves out is PgBouncer's default. */
export async function startPgBouncer(
  serverUrl: string,
  settings: { readonly pool_mode: PoolMode; readonly default_pool_size?: number },
): Promise<PgBouncer> {
  await using opening = new AsyncDisposableStack();
  const { path: folder } = opening.use(await testFolder());
  const { username, password, hostname, port } = new URL(serverUrl);
  const listenPort = await freePort();
  const users = `${folder}/users.txt`;
  const config = `${folder}/pgbouncer.ini`;
  await writeFile(users, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`);
  const own = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  await writeFile(
    config,
    [
      '[databases]',
      `* = host=${hostname} port=${port}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${listenPort}`,
      'unix_socket_dir =',
      'auth_type = plain',
      `auth_file = ${users}`,
      ...own,
    ].join('\n'),
  );
  await chmod(folder, 0o755);
  // It refuses to run as root.
  const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  opening.use(await startProgram(['pgbouncer', '-q', ...asNobody, config], [listenPort]));
  const running = opening.move();
  return {
    through: (databaseUrl) => Object.assign(new URL(databaseUrl), { port: String(listenPort) }).href,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
