import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { version } from '#platform/this-service.ts';
import { findProcess, isRunning } from './processes/process-table.ts';

const schema = z.object({
  pid: z.number().int().positive(),
  /** Tells the process from a later one with the same id. */
  startTime: z.string(),
  since: z.iso.datetime(),
  version: z.string(),
  /** Missing until everything answers. */
  serves: z
    .object({
      /** As clients name it: `HOST:PORT`, or `https://HOST:PORT`. */
      grpc: z.string(),
      /** A URL. */
      http: z.string(),
      stores: z.array(z.string()),
    })
    .optional(),
});

/** What a `filemill up` says of itself to other processes. */
export type Run = z.infer<typeof schema>;

const fileName = 'up.json';

/** Finds the `filemill up` that runs on the folder. What a killed one left behind counts as none. */
export async function findRun(dataDir: string): Promise<Run | undefined> {
  const text = await readFile(join(dataDir, fileName), 'utf8').catch(() => '');
  const { data } = z.preprocess(parsed, schema).safeParse(text);
  return data !== undefined && (await isRunning(data)) ? data : undefined;
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

/** The record of this process, for as long as it holds the folder. */
export class RunRecord implements AsyncDisposable {
  readonly #path: string;
  readonly #run: Run;

  private constructor(path: string, run: Run) {
    this.#path = path;
    this.#run = run;
  }

  static async open(dataDir: string): Promise<RunRecord> {
    const { startTime = '' } = (await findProcess(process.pid)) ?? {};
    const run = { pid: process.pid, startTime, since: new Date().toISOString(), version };
    const record = new RunRecord(join(dataDir, fileName), run);
    await record.#write(run);
    return record;
  }

  async serves(addresses: NonNullable<Run['serves']>): Promise<void> {
    await this.#write({ ...this.#run, serves: addresses });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#path, { force: true });
  }

  async #write(run: Run): Promise<void> {
    await writeFile(`${this.#path}.new`, `${JSON.stringify(run)}\n`, { mode: 0o600 });
    await rename(`${this.#path}.new`, this.#path);
  }
}
