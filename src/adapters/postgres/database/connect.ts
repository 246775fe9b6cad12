import pg from 'pg';
import { backoffMs, sleep } from '#platform/abort.ts';

/** A connection outside the pool, closed at the end of the scope. */
export async function connectTo(url: string): Promise<{ readonly client: pg.Client } & AsyncDisposable> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    application_name: 'filemill-migrate',
  });
  // A server that disconnects between two queries must not end the process.
  client.on('error', () => undefined);
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}

export interface WaitOptions {
  readonly signal: AbortSignal;
  readonly forMs: number;
  /** Called with the first failure. */
  readonly onAway: (problem: string) => void;
}

/** Retries `work` while PostgreSQL cannot be reached. @throws any other error, or the last failure */
export async function onceReachable<T>(work: () => Promise<T>, { signal, forMs, onAway }: WaitOptions): Promise<T> {
  const giveUpAt = performance.now() + forMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isAway(error) || performance.now() > giveUpAt) throw error;
      if (attempt === 0) onAway(problemOf(error));
    }
    await sleep(200 + backoffMs(attempt, { maxMs: 2_000 }), signal);
    signal.throwIfAborted();
  }
}

/** The name or the port does not answer, or the server accepts no queries (SQLSTATE 08…, 53…, 57P…) or no writes (25006). */
function isAway(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  if (code !== undefined) return /^(E[A-Z_]+|08...|25006|53...|57P..)$/.test(code);
  return /terminated|timeout/i.test(message ?? '');
}

function problemOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return message || code || String(error);
}
