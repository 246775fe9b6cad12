import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { audit } from '../audit.ts';
import { cpuBetween } from '../processes.ts';
import { machine } from '../report.ts';
import type { Bench } from '../scenario.ts';
import { FilemillSystem, type Load } from '../system.ts';
import type { Measured, Point } from './measured.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Below 64 KiB files share segments, from there on each is an object: there are points on both sides. */
const sizes = [KiB, 4 * KiB, 16 * KiB, 63 * KiB, 64 * KiB, 256 * KiB, MiB, 4 * MiB];

/** Measures what `npm run simulate` computes from. */
export async function measurePoints(path: string, bench: Bench): Promise<void> {
  await using system = await FilemillSystem.start(bench.env);
  const points: Point[] = [];
  const idleCores = await idle(system);
  for (const bytes of sizes) points.push(await measure(system, { bytes, idleCores }, bench));
  await audit(system);
  const [kept] = await system.query<{ bytes: number }>(bytesKept);
  const measured: Measured = {
    machine: machine(),
    loadAverage: Math.round(loadavg()[0] ?? 0),
    measuredAt: new Date().toISOString().slice(0, 10),
    idleCores,
    bytesKept: kept?.bytes ?? 0,
    points,
  };
  await writeFile(path, `${JSON.stringify(measured, null, 2)}\n`);
}

/** Bytes of small files in flight: enough for full batches. */
const inFlightBytes = 4 * MiB;

interface Asked {
  readonly bytes: number;
  readonly idleCores: Measured['idleCores'];
}

async function measure(system: FilemillSystem, { bytes, idleCores }: Asked, { quick, note }: Bench): Promise<Point> {
  const files = Math.ceil(Math.max(8, Math.min(20_000, (512 * MiB) / bytes)) / (quick ? 4 : 1));
  const small = bytes <= 256 * KiB;
  const load: Load = {
    kind: small ? 'many' : 'large',
    files,
    bytes,
    concurrency: small ? Math.min(1_024, inFlightBytes / bytes) : 8,
    hashed: true,
  };
  await system.run({ ...load, files: Math.ceil(files / 2) });
  const before = await requests(system);
  const { ms, cpuMs } = await system.run(load);
  const after = await requests(system);
  const each = (value: number) => Number((Math.max(0, value) / files).toPrecision(3));
  const cpuMicros = [...cpuMs].map(([name, used]) => [name, each((used - ms * (idleCores[name] ?? 0)) * 1_000)]);
  const point: Point = {
    ...{ bytes, files, filesPerSecond: Math.round((files * 1_000) / ms), cpuMicros: Object.fromEntries(cpuMicros) },
    postgresWrites: each(after.writes - before.writes),
    postgresSyncs: each(after.syncs - before.syncs),
  };
  note(
    `${bytes} bytes: ${point.filesPerSecond} files/s, ${point.postgresWrites} writes and ${point.postgresSyncs} syncs a file`,
  );
  return point;
}

/** The cores that are busy while nothing comes. */
async function idle(system: FilemillSystem): Promise<Measured['idleCores']> {
  const [before, beganAt] = [system.usage(), performance.now()];
  await delay(idleForMs);
  const used = cpuBetween(before, system.usage());
  const ms = performance.now() - beganAt;
  return Object.fromEntries([...used].map(([name, cpuMs]) => [name, Number((cpuMs / ms).toPrecision(2))]));
}

const idleForMs = 10_000;

/** Counts what all processes of PostgreSQL have written and synced since its start. Each page of a table counts once, as checkpoints gather what is written to it. */
async function requests(system: FilemillSystem): Promise<{ readonly writes: number; readonly syncs: number }> {
  await delay(statisticsAfterMs);
  const [row] = await system.query<{ writes: number; syncs: number }>(`
    select sum(writes)::float8 + (select sum(pg_total_relation_size(oid)) / 8192 from pg_class where relkind = 'r')::float8 as writes,
      sum(fsyncs)::float8 as syncs
    from pg_stat_io where object = 'wal'`);
  return row ?? { writes: 0, syncs: 0 };
}

/** A process of PostgreSQL tells its counts a second after its last statement. */
const statisticsAfterMs = 2_000;

const bytesKept = `
  select ((pg_total_relation_size('files') + pg_total_relation_size('results')) / count(*))::int as bytes from files`;
