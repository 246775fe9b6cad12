import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { within } from '../figure.ts';
import { cpuBetween } from '../processes.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { FilemillSystem, removeLater } from '../system.ts';

export const start: Scenario = {
  name: 'start',
  title: '`npm start` until it is ready, the second time',
  async run(bench) {
    const folder = await mkdtemp(join(tmpdir(), 'filemill-bench-'));
    removeLater(folder);
    const seconds: number[] = [];
    for (let n = 0; n < 2; n++) seconds.push(await timeToReady(folder));
    bench.note(`ready after ${seconds.map((s) => `${s.toFixed(1)} s`).join(', then ')}`);
    return [within({ name: 'start', unit: 's', value: seconds.at(-1) ?? 0 }, 5)];
  },
};

export const idle: Scenario = {
  name: 'idle',
  title: 'all processes of a system with nothing to do',
  async run(bench: Bench) {
    await using system = await FilemillSystem.start(bench.env);
    // Work that follows the start (a checkpoint, the first vacuum, late compilation) is not idling.
    await delay(bench.quick ? 5_000 : 10_000);
    const [before, began] = [system.usage(), performance.now()];
    await delay(bench.quick ? 10_000 : 20_000);
    const used = cpuBetween(before, system.usage());
    const elapsed = performance.now() - began;
    const share = (ms: number) => (ms / elapsed) * 100;
    bench.note([...used].map(([name, ms]) => `${name} ${share(ms).toFixed(2)} %`).join(', '));
    const percent = share([...used.values()].reduce((sum, ms) => sum + ms, 0));
    return [within({ name: 'idle', unit: '% of a core', value: percent }, 2)];
  },
};

async function timeToReady(folder: string): Promise<number> {
  const args = ['start', '--', '--data-dir', folder, '--grpc-port', '0', '--http-port', '0'];
  const began = performance.now();
  const npm = spawn('npm', args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let said = '';
  const ready = new Promise<number>((resolve, reject) => {
    npm.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Ready.')) resolve((performance.now() - began) / 1_000);
    });
    npm.once('close', () => reject(new Error(`npm start ended:\n${said}`)));
  });
  const seconds = await ready;
  const ended = once(npm, 'close');
  process.kill(-(npm.pid as number), 'SIGTERM');
  await ended;
  return seconds;
}
