import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findRedisServer } from '../support/ensure-redis.ts';

/** A Redis without persistence that can be killed, frozen and started again on the same socket. */
export class RedisServer implements AsyncDisposable {
  readonly url: string;
  readonly #socket: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  static async start(folder: string): Promise<RedisServer> {
    const redis = new RedisServer(folder);
    await redis.start();
    process.once('exit', () => redis.#process?.kill('SIGKILL'));
    return redis;
  }

  private constructor(folder: string, socket = join(folder, 'redis')) {
    this.#folder = folder;
    this.#socket = socket;
    this.url = `unix://${this.#socket}`;
  }

  get running(): boolean {
    return this.#process !== undefined;
  }

  /** Empty, as nothing was kept. */
  async start(): Promise<void> {
    const program = findRedisServer();
    if (program === undefined) throw new Error('There is no redis-server: install it first.');
    const settings = ['--port', '0', '--unixsocket', this.#socket, '--save', '', '--appendonly', 'no'];
    this.#process = spawn(program, [...settings, '--dir', this.#folder], { stdio: 'ignore' });
    while ((await this.command('PING').catch(() => undefined)) !== 'PONG') await delay(20);
  }

  async kill(): Promise<void> {
    const server = this.#process;
    this.#process = undefined;
    if (server === undefined) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(signal);
  }

  /**
   * The new primary takes the address over, empty; the old one becomes its replica, without an address that anybody
   * connects to, and keeps the connections that it has.
   *
   * @returns the old one, to be killed
   */
  async failOver(): Promise<RedisServer> {
    const kept = join(this.#folder, 'redis-demoted');
    // A socket goes by its file: whoever is connected stays connected, whoever comes finds the new one.
    await rename(this.#socket, kept);
    const demoted = new RedisServer(this.#folder, kept);
    demoted.#process = this.#process;
    await this.start();
    // Nothing is there to be copied: a replica refuses writes whether or not it reaches its primary.
    await demoted.command('REPLICAOF', '127.0.0.1', '1');
    return demoted;
  }

  /** How many are connected, beside the one that asks. */
  async clients(): Promise<number> {
    const list = String(await this.command('CLIENT', 'LIST', 'TYPE', 'normal'));
    return list.trim().split('\n').length - 1;
  }

  /** Over a connection of its own. @throws Error of Redis, or that it is away */
  async command(name: string, ...args: string[]): Promise<unknown> {
    return await this.use((redis) => redis.call(name, ...args));
  }

  async use<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis({
      path: this.#socket,
      lazyConnect: true,
      retryStrategy: null,
      commandTimeout: 2_000,
      disableClientInfo: true,
    });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
