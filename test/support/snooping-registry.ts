import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { checkedRegistry, analyzers as standard } from '#analysis/registry.ts';

/**
 * For tests: an analyser that does what one would do that a file has taken over. The name of the file is the port of a server
 * and the path of a secret; the error tells what came of each attempt.
 */
export const registryOf = () =>
  checkedRegistry([
    ...standard,
    {
      name: 'snoop',
      version: '1',
      needs: [],
      start: ({ filename }) => ({
        update: () => undefined,
        async finish() {
          const [port = '', secret = ''] = filename.split(' ');
          const told: Record<string, string> = {};
          for (const [name, attempt] of Object.entries(attempts(Number(port), secret)))
            told[name] = await Promise.resolve()
              .then(attempt)
              .then((value) => `did it: ${value}`)
              .catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
          throw new Error(JSON.stringify(told));
        },
      }),
    },
  ]);

function attempts(port: number, secret: string): Readonly<Record<string, () => unknown>> {
  const folder = dirname(secret);
  return {
    connect: () => once(connect(port, '127.0.0.1'), 'connect'),
    fetch: () => fetch(`http://127.0.0.1:${port}/`).catch(({ cause }) => Promise.reject(cause)),
    lookup: () => lookup('localhost'),
    listen: () => thrownLater(() => createServer().listen(0, '127.0.0.1')),
    send: () => thrownLater((done) => createSocket('udp4').send('x', port, '127.0.0.1', done)),
    write: () => writeFileSync(join(folder, 'planted'), 'x'),
    link: () => symlinkSync(secret, join(folder, 'link')),
    spawn: () => spawnSync('/bin/true').error ?? 'spawned',
    'read a secret': () => readFileSync(secret, 'utf8'),
    'read the environment of the worker': () => readFileSync(`/proc/${process.ppid}/environ`, 'utf8'),
    'read /etc': () => readdirSync('/etc'),
    'a thread without restrictions': () => new Worker('', { eval: true, execArgv: [] }),
    'native code': () => process.dlopen({ exports: {} }, secret),
    environment: () => Promise.reject(new Error(Object.keys(process.env).join(' '))),
  };
}

/** Some refusals are thrown when nobody can catch them any more. */
function thrownLater(start: (done: (outcome: unknown) => void) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    process.once('uncaughtException', reject);
    start((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)));
    setTimeout(resolve, 500, 'nothing was thrown');
  });
}
