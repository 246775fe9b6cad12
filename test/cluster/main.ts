/** `npm run test:cluster [-- --seed S] [--rounds N] [--injections N] [--only NAME] [--json FILE] [--markdown FILE]`: see docs/reliability.md. */
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDebianPackages } from '../../scripts/support/debian-packages.ts';
import { Ledger } from '../faults/ledger.ts';
import { markdownTable } from '../faults/markdown.ts';
import { heading, rowLine } from '../faults/report.ts';
import { runFaults } from '../faults/run-faults.ts';
import { loadTotals, saveTotals, type Totals, verdictOf } from '../faults/totals.ts';
import { ensureRedisServer } from '../support/ensure-redis.ts';
import { firstRelease, installRelease, releaseFolder } from '../support/release.ts';
import { startS3Server } from '../support/s3-server.ts';
import { HostCluster } from './cluster.ts';
import { enclosedFolder, runEnclosed } from './enclosure.ts';
import { clusterFaults } from './faults.ts';
import { upgradeFault } from './rows/upgrade.ts';
import { isS3Given } from './stores-host.ts';

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    rounds: { type: 'string', default: '1' },
    injections: { type: 'string', default: '0' },
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
    markdown: { type: 'string' },
  },
});
const { seed, only, json, markdown } = options;
const [rounds, injections] = [Number(options.rounds), Number(options.injections)];
const chosen =
  only.length === 0 ? clusterFaults : clusterFaults.filter(({ name }) => only.some((word) => name.startsWith(word)));
if (!(rounds >= 1 && injections >= 0) || chosen.length === 0) {
  console.error(`--rounds must be 1 or more, and --only one of: ${clusterFaults.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const folder = enclosedFolder();
if (folder === undefined) {
  // There is no way out of the enclosure: what is missing is fetched before.
  ensureRedisServer();
  ensureDebianPackages(['iproute2', 'python3-minimal']);
  if (chosen.includes(upgradeFault)) installRelease(firstRelease);
  await fetchS3Server();
  process.exitCode = await runEnclosed();
} else process.exitCode = await run(folder);

/** @returns the exit code */
async function run(folder: string): Promise<number> {
  const startedAt = performance.now();
  const upgrades = chosen.includes(upgradeFault);
  await using stack = await HostCluster.start(folder, upgrades ? releaseFolder(firstRelease) : undefined);
  const ledger = new Ledger(join(folder, 'ledger.jsonl'));
  const totals = await loadTotals(json);
  if (!totals.seeds.includes(seed)) totals.seeds.push(seed);
  const rowDone = async () => (json === undefined ? undefined : await saveTotals(json, totals));
  console.log(`seed ${seed}, ${chosen.length} faults, bytes in ${stack.postgres.s3?.server ?? 'a folder'}\n${heading}`);
  const all = { stack, ledger, seed, totals, print: console.log, rowDone };
  if (upgrades) await runFaults({ ...all, faults: [upgradeFault], rounds: 1 });
  const faults = chosen.filter((fault) => fault !== upgradeFault);
  await runFaults({ ...all, faults, rounds });
  while (faults.length > 0 && injectedIn(totals) < injections) await runFaults({ ...all, faults, rounds: 1 });
  if (markdown !== undefined) await writeFile(markdown, markdownTable(totals));
  for (const total of totals.rows) console.log(rowLine(total));
  const bad = totals.rows.filter((total) => verdictOf(total) !== 'survived');
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  console.log(
    `\n${totals.rows.length - bad.length} of ${totals.rows.length} rows survived; ${injectedIn(totals)} injections, ${seconds} s.`,
  );
  return bad.length === 0 ? 0 : 1;
}

/** Whether its script has to fetch the server at its first start, it alone knows. */
async function fetchS3Server(): Promise<void> {
  if (isS3Given()) await (await startS3Server('ceph'))[Symbol.asyncDispose]();
  else console.error('FILEMILL_TEST_S3_CEPH names no S3 server: the hosts share a folder instead of a bucket.');
}

function injectedIn({ rows }: Totals): number {
  return rows.reduce((sum, { injected }) => sum + injected, 0);
}
