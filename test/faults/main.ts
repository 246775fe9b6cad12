/** `npm run faults -- --seed S --rounds N [--up-to N] [--only NAME] [--resume FILE] [--json FILE] [--secure] [--store s3|swift]`: see docs/reliability.md. */
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDebianPackages } from '../../scripts/support/debian-packages.ts';
import { ensureRedisServer } from '../support/ensure-redis.ts';
import { faults } from './faults.ts';
import { Ledger } from './ledger.ts';
import { markdownTable } from './markdown.ts';
import { heading, rowLine } from './report.ts';
import { runFaults } from './run-faults.ts';
import { Stack } from './stack.ts';
import { S3Store } from './stores/s3-store.ts';
import type { OpenStore } from './stores/store.ts';
import { VolumeStore } from './stores/volume-store.ts';
import { loadTotals, saveTotals, verdictOf } from './totals.ts';

/** `s3` is the first of the real servers. */
const stores: Readonly<Record<string, OpenStore>> = {
  volume: VolumeStore.open,
  s3: S3Store.on('ceph'),
  swift: S3Store.on('swift'),
};

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    rounds: { type: 'string', default: '1' },
    'up-to': { type: 'string' },
    jobs: { type: 'string', default: '2' },
    only: { type: 'string', multiple: true, default: [] },
    resume: { type: 'string' },
    json: { type: 'string' },
    markdown: { type: 'string' },
    secure: { type: 'boolean', default: false },
    store: { type: 'string', default: 'volume' },
  },
});
// Each of the stacks that run at once ends its servers when this process ends.
process.setMaxListeners(0);
const { seed, only, resume, json, markdown, secure } = options;
const openStore = stores[options.store];
const [rounds, jobs] = [Number(options.rounds), Number(options.jobs)];
const upTo = Number(options['up-to'] ?? Number.POSITIVE_INFINITY);
const kind = options.store === 'volume' ? 'volume' : 's3';
const possible = faults.filter(({ store = kind }) => store === kind);
const chosen =
  only.length === 0
    ? possible
    : possible.filter(({ name, row }) => only.some((word) => name.startsWith(word) || String(row) === word));
if (openStore === undefined || !(rounds >= 1 && jobs >= 1 && upTo >= 1) || chosen.length === 0) {
  console.error(
    `--rounds, --up-to and --jobs must be 1 or more, --store one of ${Object.keys(stores)}, and --only one of: ${possible.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void interrupt());

ensureRedisServer();
ensureDebianPackages([...new Set(chosen.flatMap(({ packages = [] }) => packages))]);
const totals = await loadTotals(resume);
if (!totals.seeds.includes(seed)) totals.seeds.push(seed);
const startedAt = performance.now();
console.log(`seed ${seed}, ${rounds} rounds of ${chosen.length} faults\n${heading}`);
const stacks: Stack[] = [];
let interrupted = false;
const queue = chosen.values();
await Promise.all(Array.from({ length: Math.min(jobs, chosen.length) }, runQueue));
await save();
if (markdown !== undefined) await writeFile(markdown, markdownTable(totals));
const bad = totals.rows.filter((total) => verdictOf(total) !== 'survived');
console.log(
  `\n${totals.rows.length - bad.length} of ${totals.rows.length} rows survived; ${((performance.now() - startedAt) / 1_000).toFixed(0)} s.`,
);
if (resume !== undefined) for (const total of totals.rows) console.log(rowLine(total));
process.exitCode = bad.length === 0 ? 0 : 1;

/** Takes faults from the queue until it is empty, on a system of its own. */
async function runQueue(): Promise<void> {
  await using stack = await Stack.start({ secure, ...(openStore && { openStore }) });
  stacks.push(stack);
  const ledger = new Ledger(join(stack.folder, 'ledger.jsonl'));
  try {
    await runFaults({ stack, ledger, faults: queue, seed, rounds, upTo, totals, print: console.log, rowDone: save });
  } catch (error) {
    // What fails after an interruption is its doing: `interrupt` ends the process.
    if (interrupted) await new Promise(() => undefined);
    throw error;
  }
}

/** After each row, so that a long run that is broken off keeps what it has shown. */
async function save(): Promise<void> {
  for (const path of [resume, json]) if (path !== undefined) await saveTotals(path, totals);
}

/** Leaves nothing running; the second time it does not wait for that. */
async function interrupt(): Promise<void> {
  if (interrupted) process.exit(130);
  interrupted = true;
  await Promise.allSettled(stacks.map((stack) => stack[Symbol.asyncDispose]()));
  process.exit(130);
}
