import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AnalysisPool } from '#analysis/run/pool.ts';
import { never } from '#platform/abort.ts';
import { atLeast, median } from '../figure.ts';
import type { Scenario } from '../scenario.ts';
import { textFile } from '../text-file.ts';

const run = promisify(execFile);

export const analysis: Scenario = {
  name: 'analysis',
  title: 'MIME type, words, lines and SHA-256 of a 1 GiB text in the page cache',
  async run({ quick, note }) {
    const size = (quick ? 128 : 1_024) * 1024 ** 2;
    const path = await textFile(size);
    await using pool = new AnalysisPool({ threads: 1, heapMb: 256 });
    const analyse = () => pool.analyze({ path, filename: 'text.txt', size }, { deadlineMs: 600_000, signal: never });
    const openssl = () => run('openssl', ['dgst', '-sha256', path]);
    const tools = () => run('sh', ['-c', 'file "$0" && wc -w "$0" && sha256sum "$0"', path]);
    const times: Record<'analyse' | 'openssl' | 'tools', number[]> = { analyse: [], openssl: [], tools: [] };
    await analyse();
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      times.analyse.push(await timeOf(analyse));
      times.openssl.push(await timeOf(openssl));
    }
    for (let round = 0; round < (quick ? 1 : 2); round++) times.tools.push(await timeOf(tools));
    const [own, hash, three] = [median(times.analyse), median(times.openssl), median(times.tools)];
    note(
      `analysis ${own.toFixed(0)} ms, openssl ${hash.toFixed(0)} ms, file && wc -w && sha256sum ${three.toFixed(0)} ms`,
    );
    const rate = (ms: number) => size / ms / 1_000;
    return [
      atLeast({ name: 'analysis-beside-openssl', unit: 'MB/s', value: rate(own) }, rate(hash), 0.85),
      atLeast({ name: 'analysis-beside-three-tools', unit: 'MB/s', value: rate(own) }, rate(three), 7),
    ];
  },
};

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
