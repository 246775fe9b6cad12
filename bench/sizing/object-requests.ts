import type { Interval } from './trace.ts';

/** Requests to the object store that `FILEMILL_STORE=s3://…` makes for the files of a trace, without retries. */
export interface ObjectRequests {
  /** PUT, POST and LIST, which cost the most. */
  readonly writes: number;
  readonly reads: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

/** Smaller files share segments. */
const packBelow = 64 * KiB;
/** Larger files come in parts, which grow so that 10,000 suffice. */
const partBytes = 8 * MiB;
const mostParts = 10_000;
/** A worker reads a large file in pieces of this size. */
const readBytes = MiB;
/** What gathers beyond this goes into another segment. */
const segmentBytes = 4 * MiB;

/**
 * Small files that come to one process while its PUT is in flight go with the next, and a worker reads such a segment once, with the
 * list of what was removed from it. A large file costs its own PUT, or two requests and one for each part.
 */
export function objectRequests(
  trace: readonly Interval[],
  { processes, putSeconds }: { readonly processes: number; readonly putSeconds: number },
): ObjectRequests {
  let [writes, reads] = [0, 0];
  for (const { seconds, arrivals } of trace) {
    const small = arrivals.filter(({ bytes }) => bytes < packBelow);
    const smallPerSecond = small.reduce((sum, { filesPerSecond }) => sum + filesPerSecond, 0);
    const smallBytes = small.reduce((sum, { filesPerSecond, bytes }) => sum + filesPerSecond * bytes, 0);
    const segments = seconds * Math.max(Math.min(smallPerSecond, processes / putSeconds), smallBytes / segmentBytes);
    writes += 2 * segments;
    reads += segments;
    for (const { filesPerSecond, bytes } of arrivals.filter((one) => one.bytes >= packBelow)) {
      writes += seconds * filesPerSecond * writesOf(bytes);
      reads += seconds * filesPerSecond * Math.ceil(bytes / readBytes);
    }
  }
  return { writes: Math.ceil(writes), reads: Math.ceil(reads) };
}

function writesOf(bytes: number): number {
  if (bytes <= partBytes) return 1;
  return 2 + Math.ceil(bytes / Math.max(partBytes, Math.ceil(bytes / mostParts)));
}
