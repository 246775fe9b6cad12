import type { Measured, Point } from './measured.ts';
import type { Arrivals } from './trace.ts';

/** The processes of Filemill, in the order in which a file meets them, and its stores. */
export const parts = ['upload', 'metadata', 'worker', 'result', 'postgres', 'redis'] as const;

export type Part = (typeof parts)[number];

/** What arrivals ask for, a second. */
export interface Demand {
  readonly files: number;
  readonly bytes: number;
  /** Cores that are busy. */
  readonly cores: Readonly<Record<Part, number>>;
  readonly postgresIops: number;
}

/** A file of this size or more is an object of its own, which costs a step: no line is drawn across it. */
const objectsFrom = 64 * 1024;

/** A create, a claim and a result, with one sync of the log each. */
const statementsOfFile = 3;

/** @param measured of the same machine, or one that is as fast */
export function demandOf(measured: Measured, arrivals: readonly Arrivals[]): Demand {
  const sum = (each: (one: Arrivals) => number) => arrivals.reduce((total, one) => total + each(one), 0);
  const cores = parts.map((part) => [
    part,
    (measured.idleCores[part] ?? 0) + sum((one) => (one.filesPerSecond * cpuMicros(measured, part, one.bytes)) / 1e6),
  ]);
  return {
    files: sum((one) => one.filesPerSecond),
    bytes: sum((one) => one.filesPerSecond * one.bytes),
    cores: Object.fromEntries(cores),
    postgresIops: sum((one) => requestsOf(measured, one)),
  };
}

/** Microseconds of processor time that a part needs for one file of this size. */
export function cpuMicros({ points }: Pick<Measured, 'points'>, part: Part, bytes: number): number {
  return along(points, bytes, (point) => point.cpuMicros[part] ?? 0);
}

/**
 * A sync of the log, at the rate that was measured, serves many files. At lower rates it serves fewer: at most one a statement, and no more a
 * second than the disk made then.
 */
function requestsOf({ points }: Measured, { filesPerSecond, bytes }: Arrivals): number {
  const writes = along(points, bytes, (point) => point.postgresWrites);
  const syncs = along(points, bytes, (point) => point.postgresSyncs);
  const most = along(points, bytes, (point) => point.postgresSyncs * point.filesPerSecond);
  return filesPerSecond * writes + Math.max(filesPerSecond * syncs, Math.min(filesPerSecond * statementsOfFile, most));
}

/** The value at a size, on the line between its neighbours that are stored alike, or on the line through the nearest two. */
function along(points: readonly Point[], bytes: number, value: (point: Point) => number): number {
  const alike = points.filter((point) => point.bytes < objectsFrom === bytes < objectsFrom);
  const known = alike.length > 0 ? alike : points;
  const next = known.findIndex((point) => point.bytes >= bytes);
  const at = Math.max(1, next < 0 ? known.length - 1 : next);
  const [low, high] = [known[at - 1], known[at] ?? known[at - 1]];
  if (low === undefined || high === undefined) return 0;
  const slope = high === low ? 0 : (value(high) - value(low)) / (high.bytes - low.bytes);
  return Math.max(0, value(low) + slope * (bytes - low.bytes));
}
