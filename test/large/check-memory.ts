/** Sends one huge sparse file and looks at the peak of resident memory of each process: see README.md. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { FileWithResultJson } from '#contract/schemas.ts';

const limitMiB = 250;
const size = Number(process.argv[2] ?? 5) * 2 ** 30;
const program = fileURLToPath(new URL('../../bin/filemill.js', import.meta.url));

const folder = await mkdtemp(join(tmpdir(), 'filemill-large-'));
try {
  const path = join(folder, 'sparse.bin');
  await writeFile(path, '');
  await truncate(path, size);
  const startedAt = performance.now();
  const { file, peakMiB } = await upload(path);
  console.log(`${file?.status} after ${((performance.now() - startedAt) / 1_000).toFixed(1)} s: ${file?.size} bytes`);
  const intact = file?.size === size && file.result?.sha256 === sha256OfZeros(size);
  if (!intact) console.error(`✖ size or SHA-256 differ: ${file?.result?.sha256}`);
  const peaks = [['command line', peakMiB] as const, ...servicePeaks()];
  for (const [name, peak] of peaks)
    console.log(`${peak <= limitMiB ? '✔' : '✖'} ${name.padEnd(20)} ${peak} MiB at most`);
  const complete = ['upload', 'worker'].every((name) => peaks.some(([process]) => process.startsWith(name)));
  if (!complete) console.error('✖ the upload service and a worker must run on this machine');
  process.exitCode = intact && complete && peaks.every(([, peak]) => peak <= limitMiB) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

async function upload(path: string): Promise<{ file: FileWithResultJson | undefined; peakMiB: number }> {
  const child = spawn(process.execPath, [program, 'upload', path, '--wait', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let peakMiB = 0;
  // The kernel forgets a process with its end, so it is asked on the way.
  const probe = setInterval(() => {
    peakMiB = peakOf(child.pid as number) ?? peakMiB;
  }, 50);
  const [line] = await Promise.all([text(child.stdout), once(child, 'close')]);
  clearInterval(probe);
  return { file: line === '' ? undefined : (JSON.parse(line) as FileWithResultJson), peakMiB };
}

/** The services of this machine, found by their entry points. */
function servicePeaks(): [string, number][] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.flatMap((pid) => {
    const [, name] = /src\/services\/(upload|worker)\/main\.ts/.exec(commandLine(pid)) ?? [];
    const peak = name === undefined ? undefined : peakOf(pid);
    return peak === undefined ? [] : [[`${name} (${pid})`, peak] as [string, number]];
  });
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** VmHWM, in MiB; undefined when the process is gone. */
function peakOf(pid: number): number | undefined {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kibibytes === undefined ? undefined : Math.round(Number(kibibytes) / 1024);
  } catch {
    return undefined;
  }
}

function sha256OfZeros(bytes: number): string {
  const hash = createHash('sha256');
  const block = Buffer.alloc(2 ** 20);
  for (let left = bytes; left > 0; left -= block.length)
    hash.update(left < block.length ? block.subarray(0, left) : block);
  return hash.digest('hex');
}
