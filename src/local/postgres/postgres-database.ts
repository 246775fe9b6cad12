import type { ChildProcess } from 'node:child_process';
import pg from 'pg';
import { sleep } from '#platform/abort.ts';
import { hasEnded } from '../processes/child.ts';
import { type Credentials, databaseUrl } from './postgres-credentials.ts';

/** A start that takes longer than this is worth a word: the server is recovering from a crash. */
const slowStartMs = 5_000;

export interface StartingServer {
  readonly server: ChildProcess;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** Waits until the server takes queries, as long as it runs and the signal is not aborted. */
export async function whenAnswering(credentials: Credentials, { server, signal, log }: StartingServer): Promise<void> {
  let slowAt = performance.now() + slowStartMs;
  for (;;) {
    const failure = await query(credentials, 'SELECT 1').then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) return;
    if (hasEnded(server) || !isStarting(failure)) throw failure;
    if (performance.now() > slowAt) {
      log('PostgreSQL is still starting: it may be recovering from a crash');
      slowAt = Number.POSITIVE_INFINITY;
    }
    await sleep(30, signal);
    signal.throwIfAborted();
  }
}

async function query(credentials: Credentials, sql: string): Promise<pg.QueryResult> {
  const connectionString = databaseUrl(credentials, 'postgres');
  const client = new pg.Client({ connectionString, ssl: false, connectionTimeoutMillis: 5_000 });
  // A server that goes away between two queries must not end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.query(sql);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Nobody listens yet, or "the database system is starting up" (57P03). */
function isStarting(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return (
    code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === '57P03' || message?.includes('terminated') === true
  );
}
