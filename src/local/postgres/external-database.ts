import pg from 'pg';
import { postgresFault } from '#adapters/postgres/database/faults.ts';
import { migrate } from '#adapters/postgres/database/migrate.ts';
import { backoffMs, sleep } from '#platform/abort.ts';
import { SetupError } from '../setup-error.ts';

export interface WaitOptions {
  readonly signal: AbortSignal;
  readonly giveUpAfterMs: number;
  readonly log: (line: string) => void;
}

const oldestMajor = 18;

/**
 * Waits for an external PostgreSQL, and answers with its version, such as `18.4`.
 *
 * @throws SetupError exit code 5 when it cannot be reached in time, 2 when it refuses or is too old
 */
export async function waitForDatabase(url: string, { signal, giveUpAfterMs, log }: WaitOptions): Promise<string> {
  const giveUpAt = performance.now() + giveUpAfterMs;
  const where = describeUrl(url);
  for (let attempt = 0; ; attempt++) {
    try {
      return requireVersion(await askVersion(url), where);
    } catch (error) {
      if (error instanceof SetupError) throw error;
      const message = messageOf(error);
      if (isFinal(error))
        throw new SetupError(`PostgreSQL at ${where} refuses: ${message}. Check FILEMILL_DATABASE_URL.`, {
          exitCode: 2,
          cause: error,
        });
      if (performance.now() > giveUpAt)
        throw new SetupError(
          `PostgreSQL at ${where} cannot be reached: ${message}. Gave up after ${Math.round(giveUpAfterMs / 1000)} s. ` +
            'Start it, or unset FILEMILL_DATABASE_URL to use the embedded one.',
          { exitCode: 5, cause: error },
        );
      if (attempt === 0) log(`PostgreSQL at ${where} cannot be reached (${message}): retrying`);
    }
    await sleep(200 + backoffMs(attempt, { maxMs: 2_000 }), signal);
    signal.throwIfAborted();
  }
}

/** Brings the schema up to date. @throws SetupError exit code 5 for a passing fault, 2 when an operator has to act */
export async function migrateExternal(url: string): Promise<void> {
  await migrate(url).catch((error: Error) => {
    const fault = postgresFault(error.cause instanceof Error ? error.cause : error);
    if (fault === undefined) throw error;
    throw new SetupError(fault.sentence, { exitCode: fault.kind === 'operator' ? 2 : 5, cause: error });
  });
}

/** Answers with `host:port/database`, without secrets. */
export function describeUrl(url: string): string {
  try {
    const { host, pathname, searchParams } = new URL(url);
    return `${host || (searchParams.get('host') ?? 'localhost')}${pathname}`;
  } catch {
    throw new SetupError(
      'FILEMILL_DATABASE_URL is not a URL such as postgresql://user:password@host:5432/metadata_db',
      {
        exitCode: 2,
      },
    );
  }
}

async function askVersion(connectionString: string): Promise<string> {
  const { rows } = await queryOnce({ connectionString }, 'SHOW server_version');
  return rows[0]?.server_version.split(' ')[0] ?? '';
}

/** Runs one statement over a connection of its own. */
export async function queryOnce(config: pg.ClientConfig, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: 5_000 });
  // The server may close an idle connection, which must not end this process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.query(sql);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function requireVersion(version: string, where: string): string {
  if (Number.parseInt(version, 10) >= oldestMajor) return version;
  throw new SetupError(`PostgreSQL ${oldestMajor} or newer is needed; ${where} runs ${version}.`, { exitCode: 2 });
}

/** SQLSTATE 28…: wrong role or password; 3D000: no such database. Waiting does not help. */
function isFinal(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^(28...|3D000)$/.test(code);
}

function messageOf(error: unknown): string {
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  return cause instanceof Error ? cause.message : String(cause);
}
