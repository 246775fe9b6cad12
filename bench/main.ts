/**
 * `npm run bench [-- --quick] [--only NAME]… [--tolerance N] [--json FILE] [--profile DIR] [--plots DIR] [--points FILE]`: each scenario
 * beside its baseline in the same run. Ends with 1 when a target is missed by more than N times (1 unless given). With
 * --plots it measures the curves of docs/performance.md instead, and draws them; with --points, what `npm run simulate` computes
 * from. See there.
 */
import { mkdir, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureRedisServer } from '../test/support/ensure-redis.ts';
import { type Figure, missedBy } from './figure.ts';
import { drawPlots } from './plots.ts';
import { machine, table } from './report.ts';
import type { Bench, Scenario } from './scenario.ts';
import { analysis } from './scenarios/analysis.ts';
import { besideBefore } from './scenarios/beside-before.ts';
import { besideSeaweedFs } from './scenarios/beside-seaweedfs.ts';
import { browser } from './scenarios/browser.ts';
import { documents } from './scenarios/documents.ts';
import { fairness } from './scenarios/fairness.ts';
import { folder } from './scenarios/folder.ts';
import { growth, moreGrowth } from './scenarios/growth.ts';
import { largeFile } from './scenarios/large-file.ts';
import { latency } from './scenarios/latency.ts';
import { pages } from './scenarios/pages.ts';
import { retention } from './scenarios/retention.ts';
import { s3 } from './scenarios/s3.ts';
import { secureSmallFiles, smallFiles, smallFileVariants, watchedSmallFiles } from './scenarios/small-files.ts';
import { idle, start } from './scenarios/start-and-idle.ts';
import { twoWorkers } from './scenarios/two-workers.ts';
import { waysIn } from './scenarios/ways-in.ts';
import { webhookedSmallFiles } from './scenarios/webhooks.ts';
import { measurePoints } from './sizing/points.ts';
import { removeFolders } from './system.ts';

const scenarios: readonly Scenario[] = [
  ...[smallFiles, smallFileVariants, secureSmallFiles, watchedSmallFiles, webhookedSmallFiles],
  ...[
    fairness,
    folder,
    latency,
    largeFile,
    analysis,
    documents,
    twoWorkers,
    growth,
    moreGrowth,
    retention,
    pages,
    browser,
    start,
    idle,
    besideBefore,
    besideSeaweedFs,
    waysIn,
    s3,
  ],
];

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    json: { type: 'string' },
    profile: { type: 'string' },
    plots: { type: 'string' },
    points: { type: 'string' },
    tolerance: { type: 'string', default: '1' },
  },
});
const { quick, only, json, profile, plots, points } = options;
const tolerance = Number(options.tolerance);
const chosen = scenarios.filter(({ name, onlyWhenAsked }) => only?.includes(name) ?? !onlyWhenAsked);
if (chosen.length === 0) {
  console.error(`--only must be one of: ${scenarios.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
await requireRoom(quick ? 2 : 8);
// Without Redis, `filemill up` would dispatch through PostgreSQL, which is another row of the table.
ensureRedisServer();

const figures: Figure[] = [];
const startedAt = performance.now();
try {
  const env = profile === undefined ? {} : await profiling(resolve(profile));
  const bench: Bench = { quick, note: (line) => console.log(`  ${line}`), env };
  if (plots !== undefined) await drawPlots(resolve(plots), bench);
  if (points !== undefined) await measurePoints(resolve(points), bench);
  for (const scenario of plots === undefined && points === undefined ? chosen : []) {
    console.log(`\n${scenario.name}: ${scenario.title}`);
    const beganAt = performance.now();
    figures.push(...(await scenario.run(bench)));
    bench.note(`${seconds(beganAt)} s`);
  }
} finally {
  await removeFolders();
}
const on = machine();
console.log(`\n${table(figures)}\n\n${on.cpus}, ${on.memoryGiB} GiB, Node ${on.node}, ${on.os}`);
console.log(`Lost 0, duplicated 0 in every system that was measured. ${seconds(startedAt)} s.`);
if (json !== undefined) await writeFile(json, `${JSON.stringify({ machine: on, scenarios: figures }, null, 2)}\n`);
process.exitCode = figures.every((figure) => missedBy(figure) <= tolerance) ? 0 : 1;

async function requireRoom(gigabytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir());
  const free = (bavail * bsize) / 1e9;
  if (free >= gigabytes) return;
  console.error(
    `The bench needs ${gigabytes} GB in ${tmpdir()}, which has ${free.toFixed(1)}: set TMPDIR to another place.`,
  );
  process.exit(2);
}

/** Every Node process of what is measured leaves a CPU profile. */
async function profiling(dir: string): Promise<Record<string, string>> {
  await mkdir(dir, { recursive: true });
  return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${dir}` };
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1_000).toFixed(0);
}
