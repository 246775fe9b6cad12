/**
 * `npm run test:s3 [-- FILE…]`: starts the real S3 servers that the tests share, and runs the tests. Each test keeps its
 * objects under a prefix of its own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { s3Kinds, sharedServersVariable, startS3Server } from '../support/s3-server.ts';

const files = process.argv.length > 2 ? process.argv.slice(2) : ['test/s3/*.test.ts'];

await using resources = new AsyncDisposableStack();
// One after the other: the first start of each fetches it.
const servers: Record<string, unknown> = {};
for (const kind of s3Kinds) servers[kind] = resources.use(await startS3Server(kind));

const tests = spawn(process.execPath, [fileURLToPath(new URL('../support/run.ts', import.meta.url)), ...files], {
  stdio: 'inherit',
  env: { ...process.env, [sharedServersVariable]: JSON.stringify(servers) },
});
// A Ctrl-C reaches the tests too: wait for them, then stop the servers.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => tests.kill(signal));
const [code] = (await once(tests, 'exit')) as [number | null];
process.exitCode = code ?? 1;
