import { z } from 'zod';
import type { Machine } from '../report.ts';

/** What one load took: `npm run bench -- --points FILE` writes these, `npm run simulate` reads them. */
const PointSchema = z.strictObject({
  /** Of each file. */
  bytes: z.number().int().positive(),
  files: z.number().int().positive(),
  filesPerSecond: z.number().positive(),
  /** Microseconds of processor time a file, by process, without what it uses while nothing comes. */
  cpuMicros: z.record(z.string(), z.number().min(0)),
  /** Requests of PostgreSQL to its disk a file: writes of its log and of the pages of its tables, and syncs of its log. */
  postgresWrites: z.number().min(0),
  postgresSyncs: z.number().min(0),
});

export const MeasuredSchema = z.strictObject({
  machine: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Processes that wanted to run, this bench among them: beside much other work a file costs more than on a quiet machine. */
  loadAverage: z.number().min(0),
  measuredAt: z.string(),
  /** Cores that are busy while nothing comes, by process. */
  idleCores: z.record(z.string(), z.number().min(0)),
  /** Bytes that PostgreSQL keeps of a file and its result, indexes included. */
  bytesKept: z.number().positive(),
  /** The points, in the order of their sizes. */
  points: z.array(PointSchema).min(2),
});

export type Point = z.infer<typeof PointSchema>;
export type Measured = Omit<z.infer<typeof MeasuredSchema>, 'machine'> & { readonly machine: Machine | object };
