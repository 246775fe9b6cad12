import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Pair } from './certificates.ts';
import { findRedisServer } from './ensure-redis.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

/** How a server of several is started. */
export interface NodeOptions {
  /** For its files. */
  readonly folder: string;
  /** The server's program; that on the PATH unless given. */
  readonly program?: string | undefined;
  /** By which it listens, instead of clear text: certificate and key, and the CA that all of them trust. */
  readonly tls?: (Pair & { readonly ca: string }) | undefined;
  readonly args?: readonly string[];
  /** Lines of its file of settings. */
  readonly config?: string;
  readonly password?: string;
}

/** A Redis, Valkey or Sentinel on a port of 127.0.0.1. */
export interface RedisNode extends AsyncDisposable {
  readonly port: number;
  readonly process: ChildProcess;
  /** As an operator; rejects at once while the server is away. */
  readonly admin: Redis;
  /** SIGKILL, and the end of the process. */
  kill(): Promise<void>;
}

export async function startRedisNode(options: NodeOptions): Promise<RedisNode> {
  const { folder, program = findRedisServer() ?? '', tls, args = [], config = '', password } = options;
  const port = await freePort();
  await mkdir(folder);
  const path = join(folder, 'redis.conf');
  // A Sentinel writes what it finds out into its file.
  await writeFile(path, `${[...listening(port, tls), 'save ""', `dir ${folder}`, config].join('\n')}\n`);
  const child = spawn(program, [path, ...args], { stdio: 'ignore' });
  const orphaned = () => child.kill('SIGKILL');
  process.once('exit', orphaned);
  const admin = new Redis({
    port,
    ...(password !== undefined && { password }),
    ...(tls && { tls: { rejectUnauthorized: false } }),
    enableReadyCheck: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 2_000,
    retryStrategy: () => 100,
  });
  admin.on('error', () => undefined);
  let ended: Error | undefined;
  child.once('error', (error) => {
    ended = error;
  });
  await eventually(`the server on port ${port} answers`, () => {
    if (child.exitCode !== null) ended ??= new Error(`${program} ended with ${child.exitCode} before it answered`);
    if (ended !== undefined) throw ended;
    return admin.ping().catch(() => false as const);
  });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    port,
    process: child,
    admin,
    kill,
    async [Symbol.asyncDispose]() {
      process.off('exit', orphaned);
      admin.disconnect();
      await kill();
    },
  };
}

function listening(port: number, tls: NodeOptions['tls']): string[] {
  if (tls === undefined) return [`port ${port}`];
  const files = [`tls-cert-file ${tls.cert}`, `tls-key-file ${tls.key}`, `tls-ca-cert-file ${tls.ca}`];
  return ['port 0', `tls-port ${port}`, 'tls-auth-clients no', 'tls-replication yes', 'tls-cluster yes', ...files];
}
