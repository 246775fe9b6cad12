import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from '../../test/support/free-port.ts';

const run = promisify(execFile);

/** What proxies of Go's modules had as the latest in November 2026: tags of its major versions cannot be asked for. */
const version = 'v0.0.0-20261109003541-7506e5f91cd6';

const built = join(tmpdir(), `filemill-seaweedfs-${version}`);
const puts = join(import.meta.dirname, 'http-puts/main.go');

/** A SeaweedFS of one process: master, volume server and filer, as `weed server -filer` starts them. */
export class SeaweedFs implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #url: string;

  /** Builds it first, by Go and its module proxy: this takes minutes once. */
  static async start(folder: string): Promise<SeaweedFs> {
    await build();
    const port = await freePorts(3);
    // Each of its HTTP ports has one for gRPC beside it, 10,000 higher.
    const args = ['server', '-filer', `-dir=${folder}`, '-ip=127.0.0.1', '-ip.bind=127.0.0.1', '-volume.max=20'];
    const ports = ['master', 'volume', 'filer'].map((part, n) => `-${part}.port=${port + n}`);
    const child = spawn(join(built, 'weed'), [...args, ...ports], { stdio: 'ignore' });
    const server = new SeaweedFs(child, `http://127.0.0.1:${port + 2}`);
    await server.#untilReady();
    return server;
  }

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.#url = url;
  }

  /** Puts so many files, and answers with the milliseconds that it took. */
  async put(load: { readonly files: number; readonly bytes: number; readonly concurrency: number }): Promise<number> {
    const args = [`${this.#url}/bench`, load.files, load.bytes, load.concurrency].map(String);
    return Number((await run(join(built, 'http-puts'), args)).stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }

  async #untilReady(): Promise<void> {
    const until = Date.now() + 60_000;
    for (;;) {
      const answer = await fetch(`${this.#url}/bench/ready`, { method: 'PUT', body: 'x' }).catch(() => undefined);
      if (answer?.ok) return;
      if (this.#child.exitCode !== null) throw new Error(`SeaweedFS ended with ${this.#child.exitCode}`);
      if (Date.now() > until) throw new Error('SeaweedFS takes no file');
      await delay(200);
    }
  }
}

/** `go install` refuses it, for the replacements in its go.mod. */
async function build(): Promise<void> {
  const env = { ...process.env, CGO_ENABLED: '0' };
  await mkdir(built, { recursive: true });
  await run('go', ['build', '-o', join(built, 'http-puts'), puts], { env });
  if (await exists(join(built, 'weed'))) return;
  const module = `github.com/seaweedfs/seaweedfs@${version}`;
  const { Dir: source } = JSON.parse((await run('go', ['mod', 'download', '-json', module])).stdout) as { Dir: string };
  await run('go', ['build', '-o', join(built, 'weed.new'), './weed'], { cwd: source, env, maxBuffer: 64 * 1024 ** 2 });
  await rename(join(built, 'weed.new'), join(built, 'weed'));
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
