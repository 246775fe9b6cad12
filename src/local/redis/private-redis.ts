import { type ChildProcess, execFile } from 'node:child_process';
import { access, constants, mkdir, open, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { sleep } from '#platform/abort.ts';
import { stopLeftoverServer } from '../postgres/leftover-server.ts';
import { endOf, hasEnded, type LiveProcesses, spawnDetached, stopChild } from '../processes/child.ts';
import type { Running } from '../processes/keeper.ts';
import { SetupError } from '../setup-error.ts';

const run = promisify(execFile);

export interface RedisProgram {
  readonly path: string;
  /** Shown to people: `Redis 7.0.15` or `Valkey 8.1.1`. */
  readonly title: string;
}

export interface PrivateRedisOptions {
  readonly program: RedisProgram;
  /** Holds the append-only file and the log. */
  readonly dataDir: string;
  /** The path of the unix socket, at most 107 bytes. */
  readonly socket: string;
  readonly log: (line: string) => void;
  readonly processes: LiveProcesses;
}

/** Finds a `valkey-server` or `redis-server` that runs on the search path. */
export async function findRedisProgram(searchPath: string | undefined): Promise<RedisProgram | undefined> {
  for (const name of ['valkey-server', 'redis-server'])
    for (const folder of (searchPath ?? '').split(delimiter).filter(Boolean)) {
      const path = join(folder, name);
      const title = await titleOf(path);
      if (title !== undefined) return { path, title };
    }
  return undefined;
}

async function titleOf(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK);
    // "Redis server v=7.0.15 sha=…", "Valkey server v=8.1.1 sha=…"
    const { stdout } = await run(path, ['--version']);
    const [, product, version] = /^(\w+) server v=([\w.-]+)/.exec(stdout) ?? [];
    return product && version ? `${product} ${version}` : undefined;
  } catch {
    return undefined;
  }
}

/** Stops the server that a killed run left on its data folder. */
export async function stopLeftoverRedis(dataDir: string, log: (line: string) => void): Promise<void> {
  const path = join(dataDir, 'redis.pid');
  await stopLeftoverServer({ program: 'Redis', path, folder: dataDir, gentle: 'SIGTERM', harsh: 'SIGKILL' }, log);
}

/**
 * Starts Redis for this user alone: no TCP, a private unix socket, an append-only file, `noeviction`. A server that a
 * killed run left behind is stopped first. Redis only passes notifications, so data that it cannot read is discarded.
 *
 * @throws SetupError when it does not start; the signal's reason
 */
export async function startPrivateRedis(options: PrivateRedisOptions, signal: AbortSignal): Promise<Running> {
  const { dataDir, socket, log } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await stopLeftoverRedis(dataDir, log);
  try {
    return await startOnce(options, signal);
  } catch {
    signal.throwIfAborted();
    log('Redis does not start with its old data: starting it empty (PostgreSQL has all the work)');
    await rm(join(dataDir, 'appendonlydir'), { recursive: true, force: true });
    await rm(socket, { force: true });
    return await startOnce(options, signal);
  }
}

async function startOnce(options: PrivateRedisOptions, signal: AbortSignal): Promise<Running> {
  const { program, dataDir, socket, processes } = options;
  await using logFile = await open(join(dataDir, 'server.log'), 'a', 0o600);
  const settings = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir: dataDir,
    pidfile: join(dataDir, 'redis.pid'),
    appendonly: 'yes',
    save: '',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = await spawnDetached([program.path, ...args], { stdio: ['ignore', logFile.fd, logFile.fd] });
  processes.add(server, 'SIGKILL');
  const stop = () => stopChild(server, { gentle: 'SIGTERM', harsh: 'SIGKILL', afterMs: 10_000 });
  if (await answers(socket, server, signal)) return { pid: server.pid ?? 0, ended: endOf(server), stop };
  await stop();
  signal.throwIfAborted();
  throw new SetupError(`${program.title} does not start; see ${join(dataDir, 'server.log')}`);
}

/** Pings until Redis has loaded its file and answers; false when it ends or the signal is aborted. */
async function answers(socket: string, server: ChildProcess, signal: AbortSignal): Promise<boolean> {
  while (!hasEnded(server) && !signal.aborted) {
    if (await ping(socket)) return true;
    await sleep(20, signal);
  }
  return false;
}

async function ping(socket: string): Promise<boolean> {
  const redis = new Redis({ path: socket, lazyConnect: true, retryStrategy: null, commandTimeout: 2_000 });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}
