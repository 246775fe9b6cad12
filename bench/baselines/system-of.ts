/**
 * The benchmark's system of any commit that has one: `node bench/baselines/system-of.ts ROOT ENV` starts Filemill from the folder
 * ROOT, with ROOT's own client and with the variables of the JSON object ENV. For each line on its standard input it prints a line of JSON.
 *
 *     run LOAD      puts a load on it: {ms, cpuMs: {process: milliseconds}, walBytes}
 *     kept          {bytes} that PostgreSQL keeps of a file and its result, indexes included
 *     memory        {mebibytes} of all its processes, shared pages once
 *     latency LOAD  puts a paced load on it: {p50, p99}, milliseconds from the acknowledgement to COMPLETED
 *     audit         checks that nothing was lost or done twice: {}
 */
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type * as Audit from '../audit.ts';
import { memoryBelow } from '../processes.ts';
import type * as Latency from '../scenarios/latency.ts';
import type * as Systems from '../system.ts';

const [, , root = '', env = '{}'] = process.argv;
const from = (path: string) => import(pathToFileURL(`${root}/bench/${path}`).href);
const { FilemillSystem, removeFolders } = (await from('system.ts')) as typeof Systems;
const { audit } = (await from('audit.ts')) as typeof Audit;
const { latencyAt } = (await from('scenarios/latency.ts')) as typeof Latency;

/** Both commits have tables of these names. */
const keptText = `
  select ((pg_total_relation_size('files') + pg_total_relation_size('results')) / greatest(count(*), 1))::int as bytes
  from files`;
const walText = `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as bytes`;

type System = Systems.FilemillSystem;

const orders: Record<string, (system: System, load: Systems.Load) => Promise<object>> = {
  run,
  audit: async (system) => ({ audited: await audit(system) }),
  kept: async (system) => ({ bytes: await bytesOf(system, keptText) }),
  memory: async (system) => ({ mebibytes: memoryBelow(system.stack.pid).together }),
  latency: async (system, load) => await latencyAt(system, load.filesPerSecond ?? 100, load.files),
};

try {
  await using system = await FilemillSystem.start(JSON.parse(env) as Record<string, string>);
  process.stdout.write('"ready"\n');
  for await (const line of createInterface({ input: process.stdin })) {
    const [order = '', load = '{}'] = line.split('\t');
    const answer = await orders[order]?.(system, JSON.parse(load) as Systems.Load);
    process.stdout.write(`${JSON.stringify(answer ?? null)}\n`);
  }
} finally {
  await removeFolders();
}

async function run(system: System, load: Systems.Load) {
  const before = await bytesOf(system, walText);
  const { ms, cpuMs } = await system.run(load);
  return { ms, cpuMs: Object.fromEntries(cpuMs), walBytes: (await bytesOf(system, walText)) - before };
}

async function bytesOf(system: System, text: string): Promise<number> {
  return (await system.query<{ bytes: number }>(text))[0]?.bytes ?? 0;
}
