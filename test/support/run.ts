/**
 * `npm test [-- FILE…]`: starts the PostgreSQL 18 that the tests share, sees to it that a Redis can be
 * started, and runs the tests. Nothing is skipped: what is missing is installed, or named.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { ensureRedisServer } from './ensure-redis.ts';

/** They need more than npm brings, and have commands of their own: `npm run test:dashboard`, `test:peers`, `test:s3`, `test:clients`, `test:package`. */
const apart = ['test/dashboard/**', 'test/peers/**', 'test/s3/**', 'test/clients/**', 'test/package/**'];

const files =
  process.argv.length > 2
    ? process.argv.slice(2)
    : globSync(['dashboard/src/**/*.test.ts', 'docs-site/*.test.ts', 'src/**/*.test.ts', 'test/**/*.test.ts'], {
        exclude: apart,
      }).sort();

ensureRedisServer();
const dataDir = await mkdtemp(join(tmpdir(), 'filemill-test-'));
try {
  await using postgres = await startEmbeddedPostgres({ dataDir });
  process.exitCode = await runTests({ FILEMILL_TEST_POSTGRES_URL: postgres.adminUrl });
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

async function runTests(settings: Record<string, string>): Promise<number> {
  const tests = spawn(
    process.execPath,
    ['--test', '--test-concurrency=2', '--test-timeout=300000', '--test-force-exit', ...files],
    {
      stdio: 'inherit',
      env: { ...process.env, ...settings },
    },
  );
  // A Ctrl-C reaches the tests too: wait for them, then stop PostgreSQL.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => tests.kill(signal));
  const [code] = (await once(tests, 'exit')) as [number | null];
  return code ?? 1;
}
