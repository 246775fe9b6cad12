import { type ChildProcess, execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { clusters } from '#local/postgres/cluster.ts';
import { queryOnce } from '#local/postgres/external-database.ts';
import { binariesForAll, findPostgresBinaries } from '#local/postgres/postgres-binaries.ts';
import { startServer, stopServer, untilAnswering } from '#local/postgres/postgres-server.ts';
import { unprivilegedCommand } from '#local/postgres/unprivileged.ts';
import { never } from '#platform/abort.ts';
import { freePort } from './free-port.ts';

const run = promisify(execFile);

/** A server that streams the changes of a primary. */
export interface Standby extends AsyncDisposable {
  /** The database of the primary's URL on this server. */
  readonly url: string;
  readonly adminUrl: string;
  readonly process: ChildProcess;
  /** Makes it a primary; resolves when it takes writes. */
  promote(): Promise<void>;
}

/**
 * Makes a standby of a server that `startEmbeddedPostgres` runs, and starts it.
 *
 * @param primary `dataDir` is its folder
 * @param name by which the primary knows it: `synchronous_standby_names`
 */
export async function startStandby(
  primary: { readonly dataDir: string; readonly url: string; readonly adminUrl: string },
  folder: string,
  name = 'standby',
): Promise<Standby> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await copyCluster(primary, folder);
  const data = join(folder, clusters.current);
  const { username, password, port: primaryPort } = new URL(primary.adminUrl);
  const from = `host=127.0.0.1 port=${primaryPort} user=${username} password=${password} application_name=${name}`;
  // The last line of a setting counts.
  await writeFile(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${from}'\n`);
  await writeFile(join(data, 'standby.signal'), '');
  const prefix = await unprivilegedCommand(folder);
  const installed = await findPostgresBinaries(folder);
  const binaries = prefix[0] === 'setpriv' ? await binariesForAll(installed) : installed;
  const port = await freePort();
  // `startEmbeddedPostgres` starts it again by these, once it is a primary.
  const credentials = JSON.parse(await readFile(join(primary.dataDir, 'credentials.json'), 'utf8'));
  await writeFile(join(folder, 'credentials.json'), JSON.stringify({ ...credentials, port }), { mode: 0o600 });
  const server = await startServer({ binaries, prefix, folder, cluster: clusters.current, port });
  const killed = () => server.kill('SIGQUIT');
  process.once('exit', killed);
  const here = (url: string) => Object.assign(new URL(url), { port: String(port) }).href;
  const adminUrl = here(primary.adminUrl);
  await untilAnswering(adminUrl, server, () => undefined, never);
  return {
    url: here(primary.url),
    adminUrl,
    process: server,
    promote: async () => {
      await queryOnce({ connectionString: adminUrl }, 'select pg_promote()');
    },
    async [Symbol.asyncDispose]() {
      process.off('exit', killed);
      await stopServer(server);
    },
  };
}

/** https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP */
async function copyCluster(
  { dataDir, adminUrl }: { dataDir: string; adminUrl: string },
  folder: string,
): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(`select pg_backup_start('a standby', fast => true)`);
    const data = join(folder, clusters.current);
    // Files that vanish meanwhile are no loss: the log has what became of them.
    await run('cp', ['-a', join(dataDir, clusters.current), data]).catch(() => undefined);
    await rm(join(data, 'postmaster.pid'), { force: true });
    const { rows } = await client.query<{ label: string }>('select labelfile as label from pg_backup_stop(false)');
    await writeFile(join(data, 'backup_label'), rows[0]?.label ?? '');
  } finally {
    await client.end();
  }
}
