import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { atLeast, median } from '../figure.ts';
import type { Scenario } from '../scenario.ts';
import { FilemillSystem, type Load, removeLater } from '../system.ts';

const MiB = 1024 ** 2;
const run = promisify(execFile);
const httpUpload = join(import.meta.dirname, '../baselines/http-upload.ts');

export const waysIn: Scenario = {
  name: 'ways-in',
  title: 'one 2 GiB file by gRPC, PUT and tus, and beside `cat file > copy && sync`, in turns',
  onlyWhenAsked: true,
  async run({ quick, note, env }) {
    const bytes = (quick ? 256 : 2_048) * MiB;
    const folder = await mkdtemp(join(tmpdir(), 'filemill-bench-'));
    removeLater(folder);
    const file = join(folder, 'large.bin');
    await makeFile(file, bytes);
    await using system = await FilemillSystem.start(env);
    const load: Load = { kind: 'large', files: 1, bytes, concurrency: 1, hashed: false };
    const grpc = async (hashed: boolean) => (await system.run({ ...load, hashed })).report.ms;
    const http = async (way: 'put' | 'tus') => {
      const wanted = (await system.completed()) + 1;
      const { stdout } = await run(process.execPath, [httpUpload, way, system.stack.http, file]);
      await system.untilCompleted(wanted);
      return Number(stdout);
    };
    const ways = {
      cat: () => copy(file, join(folder, 'copy')),
      'grpc-sha256': () => grpc(true),
      grpc: () => grpc(false),
      put: () => http('put'),
      tus: () => http('tus'),
    };
    const rates: Record<keyof typeof ways, number[]> = { cat: [], 'grpc-sha256': [], grpc: [], put: [], tus: [] };
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      for (const [way, send] of Object.entries(ways) as [keyof typeof ways, () => Promise<number>][]) {
        rates[way].push(bytes / (await send()) / 1_000);
        if (way === 'cat') continue;
        const [found] = await system.query<{ bytes: string | null }>('select sum(size) as bytes from files');
        if (Number(found?.bytes) !== bytes) throw new Error(`${way} kept ${found?.bytes} bytes`);
        // Frees the disk, which deletes late.
        await system.forgetAll();
        await delay(500);
      }
      note(
        Object.entries(rates)
          .map(([way, of]) => `${way} ${of.at(-1)?.toFixed(0)} MB/s`)
          .join(', '),
      );
    }
    const rate = (way: keyof typeof ways) => median(rates[way]);
    const row = (name: string, way: keyof typeof ways, beside: keyof typeof ways, target: number) =>
      atLeast({ name, unit: 'MB/s', value: rate(way) }, rate(beside), target);
    return [
      row('large-file-sha256-beside-cat', 'grpc-sha256', 'cat', 0.9),
      row('large-file-put-beside-grpc', 'put', 'grpc', 0.95),
      row('large-file-tus-beside-grpc', 'tus', 'grpc', 0.95),
    ];
  },
};

async function makeFile(path: string, bytes: number): Promise<void> {
  await using file = await open(path, 'w');
  const block = randomBytes(MiB);
  for (let written = 0; written < bytes; written += MiB) await file.write(block);
  await file.sync();
}

/** @returns milliseconds */
async function copy(from: string, to: string): Promise<number> {
  const began = performance.now();
  await run('sh', ['-c', 'cat "$0" > "$1" && sync', from, to]);
  const ms = performance.now() - began;
  await rm(to);
  await delay(500);
  return ms;
}
