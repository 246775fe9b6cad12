import { type Demand, demandOf, type Part, parts } from './demand.ts';
import type { Measured } from './measured.ts';
import { type ObjectRequests, objectRequests } from './object-requests.ts';
import type { Interval } from './trace.ts';

export interface Assumptions {
  /** The share of a core that is planned for: the rest is for moments busier than their interval. */
  readonly load: number;
  /** Replicas of each service at least, so that one may go. */
  readonly replicas: number;
  /** Threads of one worker: cores that it keeps busy. */
  readonly workerThreads: number;
  /** Seconds that one PUT of a segment takes; meanwhile the next one gathers. */
  readonly putSeconds: number;
}

export const assumed: Assumptions = { load: 0.7, replicas: 2, workerThreads: 2, putSeconds: 0.05 };

/** What a trace needs. */
export interface Plan {
  readonly days: number;
  readonly files: number;
  readonly bytes: number;
  /** The busiest interval. */
  readonly peak: Demand;
  /** Processes of each service, and cores of each store. */
  readonly counts: Readonly<Record<Part, number>>;
  readonly requests: ObjectRequests;
  /** Bytes that PostgreSQL keeps for the files of the trace. */
  readonly rowBytes: number;
}

const secondsOfDay = 86_400;

export function planFor(measured: Measured, trace: readonly Interval[], given: Partial<Assumptions> = {}): Plan {
  const assumptions = { ...assumed, ...given };
  const demands = trace.map(({ seconds, arrivals }) => ({ seconds, arrivals, demand: demandOf(measured, arrivals) }));
  const total = (each: (demand: Demand) => number) =>
    demands.reduce((sum, { seconds, demand }) => sum + seconds * each(demand), 0);
  const most = (each: (demand: Demand) => number) => Math.max(...demands.map(({ demand }) => each(demand)));
  const cores = Object.fromEntries(parts.map((part) => [part, most((demand) => demand.cores[part])]));
  const counts = Object.fromEntries(parts.map((part) => [part, countOf(part, cores[part] ?? 0, assumptions)]));
  const uploads = counts.upload ?? assumptions.replicas;
  const files = total((demand) => demand.files);
  return {
    days: trace.reduce((sum, { seconds }) => sum + seconds, 0) / secondsOfDay,
    files,
    bytes: total((demand) => demand.bytes),
    peak: {
      files: most((demand) => demand.files),
      bytes: most((demand) => demand.bytes),
      cores: cores as Plan['peak']['cores'],
      postgresIops: Math.ceil(most((demand) => demand.postgresIops)),
    },
    counts: counts as Plan['counts'],
    requests: objectRequests(trace, { processes: uploads, putSeconds: assumptions.putSeconds }),
    rowBytes: files * measured.bytesKept,
  };
}

/** A process of a service has one busy thread, a worker several. Stores are counted in cores. */
function countOf(part: Part, cores: number, { load, replicas, workerThreads }: Assumptions): number {
  const wanted = Math.ceil(cores / load / (part === 'worker' ? workerThreads : 1));
  return part === 'postgres' || part === 'redis' ? Math.max(1, wanted) : Math.max(replicas, wanted);
}
