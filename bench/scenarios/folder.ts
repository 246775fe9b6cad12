import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atLeast, median } from '../figure.ts';
import { cpuBetween } from '../processes.ts';
import type { Scenario } from '../scenario.ts';
import { FilemillSystem, removeLater } from '../system.ts';
import { smallLoad } from './small-files.ts';

const perFolder = 1_000;

export const folder: Scenario = {
  name: 'folder',
  title: '`filemill upload FOLDER --wait --json` of 20,000 files of 4 KiB',
  async run({ quick, note, env }) {
    const files = quick ? 4_000 : 20_000;
    const path = await makeFolder(files);
    await using system = await FilemillSystem.start(env);
    await system.run({ ...smallLoad, files: quick ? 4_000 : 20_000 });
    const rates: [number, number][] = [];
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      const { ms } = await system.run({ ...smallLoad, files });
      const before = system.usage();
      rates.push([(files * 1_000) / (await upload(system, path, files)), (files * 1_000) / ms]);
      const used = [...cpuBetween(before, system.usage())].filter(([, each]) => each > 0);
      note(
        `µs of CPU a file: ${used.map(([name, each]) => `${name} ${((each * 1_000) / files).toFixed(0)}`).join(', ')}`,
      );
      note(
        `the command line ${rates
          .at(-1)
          ?.map((rate) => `${rate.toFixed(0)} files/s`)
          .join(', the load of the first row ')}`,
      );
    }
    const [own, first] = [median(rates.map(([rate]) => rate)), median(rates.map(([, rate]) => rate))];
    return [atLeast({ name: 'folder', unit: 'files/s', value: own }, first, 0.8)];
  },
};

async function makeFolder(files: number): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'filemill-bench-'));
  removeLater(path);
  for (let n = 0; n < files; n += perFolder) {
    const part = join(path, String(n));
    await mkdir(part);
    const names = Array.from({ length: Math.min(perFolder, files - n) }, (_, k) => k);
    await Promise.all(
      names.map((k) => writeFile(join(part, `${k}.txt`), `${n + k} some words\n`.repeat(300).slice(0, 4_096))),
    );
  }
  return path;
}

/** Milliseconds, with the start of the command itself. */
async function upload(system: FilemillSystem, path: string, files: number): Promise<number> {
  const began = performance.now();
  const args = ['bin/filemill.js', 'upload', path, '--wait', '--json', '--server', system.stack.server];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let lines = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 0x0a) lines += 1;
  });
  await once(child, 'close');
  if (child.exitCode !== 0 || lines !== files)
    throw new Error(`upload ended with ${child.exitCode} and ${lines} lines`);
  return performance.now() - began;
}
