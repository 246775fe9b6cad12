import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Background, type CommandResult, must, run, startInBackground, succeeds } from './command.ts';
import type { Engine } from './engine.ts';

/** `kubectl`, or what stands in for it where no cluster answers: the same commands either way. */
export interface Kubectl extends AsyncDisposable {
  /** What it talks to. */
  readonly description: string;
  /** `kubectl ARGS` in the namespace; must succeed. */
  must(...args: readonly string[]): Promise<string>;
  run(...args: readonly string[]): Promise<CommandResult>;
  background(...args: readonly string[]): Background;
  /** A line of shell, as documented, with this `kubectl` first on the PATH. */
  shell(line: string): readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const namespace = ['--namespace', 'filemill'];

export async function findKubectl(engine: Engine): Promise<Kubectl> {
  const answers = await succeeds(['kubectl', 'version', '--request-timeout=5s']);
  return answers ? await realCluster() : standIn(engine);
}

/** @throws Error rather than touch a namespace that is in use */
async function realCluster(): Promise<Kubectl> {
  const context = (await must(['kubectl', 'config', 'current-context'])).trim();
  if (await succeeds(['kubectl', 'get', 'namespace', 'filemill']))
    throw new Error(`The cluster ${context} has a namespace filemill already: it stays untouched.`);
  const dispose = async () => {
    await run(['kubectl', 'delete', 'namespace', 'filemill', '--wait=true']);
    await run(['kubectl', 'delete', 'priorityclass', '--selector', 'app.kubernetes.io/part-of=filemill']);
  };
  return commands(`the cluster ${context}`, {}, dispose);
}

function standIn(engine: Engine): Kubectl {
  const folder = mkdtempSync(join(tmpdir(), 'filemill-test-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const main = new URL('kubectl/main.ts', import.meta.url).pathname;
  writeFileSync(join(bin, 'kubectl'), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
  chmodSync(join(bin, 'kubectl'), 0o755);
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    FILEMILL_POD_ENGINE: engine.program,
    FILEMILL_POD_FOLDER: folder,
  };
  const dispose = async () => {
    await must(['kubectl', 'delete', 'namespace', 'filemill'], { env });
    rmSync(folder, { recursive: true, force: true });
  };
  return commands(`no cluster answers: pods as containers of ${engine.description}`, env, dispose);
}

function commands(description: string, env: Readonly<Record<string, string>>, dispose: () => Promise<void>): Kubectl {
  const line = (args: readonly string[]) => ['kubectl', ...namespace, ...args];
  return {
    description,
    env,
    must: (...args) => must(line(args), { env }),
    run: (...args) => run(line(args), { env }),
    background: (...args) => startInBackground(line(args), env),
    shell: (text) => ['bash', '-c', `set -o pipefail; ${text}`],
    [Symbol.asyncDispose]: dispose,
  };
}
