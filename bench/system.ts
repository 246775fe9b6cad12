import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { type FilemillStack, startFilemillStack } from '../scripts/support/filemill-stack.ts';
import type { LoadOptions, LoadReport } from './load.ts';
import { cpuBetween, type ProcessUsage, usageBelow } from './processes.ts';

/** One load on one system, and what it took. */
export interface Run {
  readonly report: LoadReport;
  /** From the first byte to the end of the last file: COMPLETED, or acknowledged by a baseline. */
  readonly ms: number;
  /** CPU milliseconds by process. */
  readonly cpuMs: ReadonlyMap<string, number>;
}

export type Load = Omit<LoadOptions, 'target' | 'ledger'>;

/** Something that a load can be put on. */
export interface System extends AsyncDisposable {
  run(load: Load): Promise<Run>;
}

const root = join(import.meta.dirname, '..');

/** A folder on a real file system, removed at the end of the whole bench. */
async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'filemill-bench-'));
  removeLater(folder);
  return folder;
}

const folders: string[] = [];

/** See `removeFolders`. */
export function removeLater(folder: string): void {
  folders.push(folder);
}

/** Creating files soon after deleting thousands is slow on ext4, so folders are kept until the end. */
export async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

/** Filemill as `filemill up` runs it; `more` may hold `--auth` and `--tls`. */
export class FilemillSystem implements System {
  readonly folder: string;
  readonly stack: FilemillStack;
  readonly #sql: pg.Client;
  readonly #credentials: Pick<LoadOptions, 'authorization' | 'tlsCa'>;

  static async start(env: Record<string, string> = {}, more: readonly string[] = []): Promise<FilemillSystem> {
    const folder = await freshFolder();
    const stack = await startFilemillStack(folder, { env: { FILEMILL_LOG_LEVEL: 'warn', ...env }, more, quiet: true });
    const sql = new pg.Client({ connectionString: (await readFile(join(folder, 'database-url'), 'utf8')).trim() });
    await sql.connect();
    // Tables that have just been filled have no statistics yet.
    await sql.query('set enable_seqscan = off');
    const token = more.includes('--auth') ? await readFile(join(folder, 'admin-token'), 'utf8') : undefined;
    const credentials = {
      ...(token && { authorization: `Bearer ${token.trim()}` }),
      ...(more.includes('--tls') && { tlsCa: join(folder, 'tls/ca.pem') }),
    };
    return new FilemillSystem(folder, stack, sql, credentials);
  }

  private constructor(
    folder: string,
    stack: FilemillStack,
    sql: pg.Client,
    credentials: Pick<LoadOptions, 'authorization' | 'tlsCa'>,
  ) {
    this.#credentials = credentials;
    this.folder = folder;
    this.stack = stack;
    this.#sql = sql;
  }

  /** What a client of it needs. */
  get client(): { readonly authorization?: string | undefined } {
    return { authorization: this.#credentials.authorization };
  }

  get ledger(): string {
    return join(this.folder, 'acknowledged');
  }

  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#sql.query<Row>(text, [...values])).rows;
  }

  usage(): ProcessUsage[] {
    return usageBelow(this.stack.pid);
  }

  async run(load: Load): Promise<Run> {
    const wanted = (await this.completed()) + load.files;
    const before = this.usage();
    const report = await this.send(load);
    await this.untilCompleted(wanted);
    const ms = Date.now() - report.startedAt;
    const cpuMs = cpuBetween(before, this.usage()).set('client', report.cpuMs);
    return { report, ms, cpuMs };
  }

  /** Resolves when all is acknowledged. */
  async send(load: Load): Promise<LoadReport> {
    return await runLoad({ ...this.#credentials, ...load, target: this.stack.server, ledger: this.ledger });
  }

  async untilCompleted(wanted: number): Promise<void> {
    while ((await this.completed()) < wanted) await delay(10);
  }

  /** Deletes every file and forgets its acknowledgement; resolves when the bytes are gone. */
  async forgetAll(): Promise<void> {
    using channel = new RpcChannel(this.stack.server);
    const ids = (await this.query<{ id: string }>('select id from files')).map(({ id }) => id);
    await channel.client(MetadataService).deleteFiles({ ids });
    await rm(this.ledger, { force: true });
    const left = "select from blob_deletions where taken_until < 'infinity' limit 1";
    while ((await this.query(left)).length > 0) await delay(50);
  }

  async completed(): Promise<number> {
    const text = `select coalesce(sum(files), 0)::int as files from file_counts where status = 'COMPLETED'`;
    return (await this.query<{ files: number }>(text))[0]?.files ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sql.end();
    await this.stack[Symbol.asyncDispose]();
  }
}

/** See baselines/sink.ts. */
export class SinkSystem implements System {
  readonly #folder: string;
  readonly #child: ChildProcess;

  static async start(): Promise<SinkSystem> {
    const folder = await freshFolder();
    const program = join(root, 'bench/baselines/sink.ts');
    const child = spawn(process.execPath, [program, join(folder, 'files'), join(folder, 's')], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    await once(child, 'message');
    return new SinkSystem(folder, child);
  }

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder;
    this.#child = child;
  }

  async run(load: Load): Promise<Run> {
    const before = usageBelow(this.#child.pid as number);
    const report = await runLoad({ ...load, target: `unix:${join(this.#folder, 's')}` });
    const used = [...cpuBetween(before, usageBelow(this.#child.pid as number)).values()];
    const cpuMs = new Map([
      ['sink', used.reduce((sum, ms) => sum + ms, 0)],
      ['client', report.cpuMs],
    ]);
    return { report, ms: report.ms, cpuMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }
}

async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const child = spawn(process.execPath, [join(root, 'bench/load.ts'), JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = await Promise.all([readAll(child), once(child, 'exit')]);
  if (child.exitCode !== 0) throw new Error(`The client ended with ${child.exitCode ?? child.signalCode}`);
  return JSON.parse(printed) as LoadReport;
}

async function readAll(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}
