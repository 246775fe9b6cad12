import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { drop } from '../../test/dashboard/support/dashboard.ts';
import { median, reaching } from '../figure.ts';
import { newPage, openChromium } from '../page-times.ts';
import { cpuBetween } from '../processes.ts';
import type { Scenario } from '../scenario.ts';
import { FilemillSystem, removeLater } from '../system.ts';
import { smallLoad } from './small-files.ts';

const files = 1_000;
const target = 500;

export const browser: Scenario = {
  name: 'browser',
  title: '1,000 files of 4 KiB dropped on the page, in Chromium',
  onlyWhenAsked: true,
  async run({ quick, note, env }) {
    const paths = await makeFiles();
    await using system = await FilemillSystem.start(env);
    await system.run({ ...smallLoad, files: 4_000 });
    await using chromium = await openChromium();
    const rounds: Times[] = [];
    for (let round = 0; round < (quick ? 2 : 5); round++) {
      const before = system.usage();
      const times = await dropAll(chromium, system, paths);
      rounds.push(times);
      const used = [...cpuBetween(before, system.usage())].filter(([, ms]) => ms > 0);
      note(
        `acknowledged after ${times.acknowledged.toFixed(0)} ms, COMPLETED after ${times.completed.toFixed(0)} ms; ` +
          `µs of CPU a file: ${used.map(([name, ms]) => `${name} ${((ms * 1_000) / files).toFixed(0)}`).join(', ')}`,
      );
    }
    return (['acknowledged', 'completed'] as const).map((what) => {
      const value = (files * 1_000) / median(rounds.map((times) => times[what]));
      return reaching({ name: `browser: 1,000 files of 4 KiB dropped, ${what}`, unit: 'files/s', value }, target);
    });
  },
};

/** Milliseconds from the drop until the page shows it. */
interface Times {
  /** That no file is left to send. */
  readonly acknowledged: number;
  /** That every file whose row is shown is COMPLETED, and all others are. */
  readonly completed: number;
}

async function dropAll(chromium: Browser, system: FilemillSystem, paths: readonly string[]): Promise<Times> {
  const wanted = (await system.completed()) + paths.length;
  const page = await newPage(chromium, `${system.stack.http}/ui/upload`, 'h1');
  await page.evaluate(watchThePage);
  await drop(page, paths);
  await system.untilCompleted(wanted);
  const allCompleted = await page.evaluate<number>('performance.now() - filemillTimes.dropped');
  const { acknowledged, shown } = await page.evaluate<{ acknowledged: number; shown: number }>('filemillTimes.all');
  await page.context().close();
  return { acknowledged, completed: Math.max(allCompleted, shown) };
}

/** Runs in the page, so that no message between it and the bench is a part of what is measured. */
const watchThePage = `
  filemillTimes = {};
  filemillTimes.all = new Promise((resolve) => {
    let dropped, acknowledged;
    addEventListener('drop', () => { filemillTimes.dropped = dropped = performance.now(); }, { capture: true });
    new MutationObserver(() => {
      const said = document.querySelector('main [role=status]')?.textContent ?? '';
      if (!said.includes('${files.toLocaleString('en')} files, none left to send')) return;
      acknowledged ??= performance.now();
      if ([...document.querySelectorAll('tbody tr')].some((row) => !row.textContent.includes('COMPLETED'))) return;
      resolve({ acknowledged: acknowledged - dropped, shown: performance.now() - dropped });
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
  });
  undefined;`;

async function makeFiles(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'filemill-bench-'));
  removeLater(folder);
  const paths = Array.from({ length: files }, (_, n) => join(folder, `${n}.txt`));
  await Promise.all(paths.map((path, n) => writeFile(path, `${n} some words\n`.repeat(500).slice(0, 4_096))));
  return paths;
}
