import { z } from 'zod';
import { parts } from './demand.ts';
import type { Plan } from './plan.ts';

const price = z.number().min(0);

/** What the user pays. What is left out costs nothing. */
export const PricesSchema = z.strictObject({
  /** Printed behind the figures. */
  currency: z.string(),
  /** A core for services and Redis, an hour, with its memory. */
  coreHour: price.default(0),
  /** A core of PostgreSQL, an hour. */
  databaseCoreHour: price.default(0),
  /** A GiB of PostgreSQL's disk, a month, and one request a second for a month. */
  databaseGibMonth: price.default(0),
  databaseIopsMonth: price.default(0),
  /** A thousand requests that write or list, and a thousand that read. */
  writesPer1000: price.default(0),
  readsPer1000: price.default(0),
  /** A GiB of bytes in the object store or volume, a month. */
  bytesGibMonth: price.default(0),
  /** How long files and rows are kept: the storage of the cost. */
  keptDays: price.default(30),
});

export type Prices = z.infer<typeof PricesSchema>;

const daysOfMonth = 30;
const GiB = 2 ** 30;

/** What a million files of this trace cost, by what it is paid for. */
export function costPerMillion(plan: Plan, prices: Prices, workerThreads: number): Readonly<Record<string, number>> {
  const { counts, days, requests } = plan;
  const coresOf = (part: (typeof parts)[number]) => counts[part] * (part === 'worker' ? workerThreads : 1);
  const cores = parts.filter((part) => part !== 'postgres').reduce((sum, part) => sum + coresOf(part), 0);
  const months = prices.keptDays / daysOfMonth;
  const whole = {
    services: cores * 24 * days * prices.coreHour,
    'PostgreSQL, cores': counts.postgres * 24 * days * prices.databaseCoreHour,
    'PostgreSQL, disk':
      (plan.rowBytes / GiB) * months * prices.databaseGibMonth +
      plan.peak.postgresIops * (days / daysOfMonth) * prices.databaseIopsMonth,
    requests: (requests.writes * prices.writesPer1000 + requests.reads * prices.readsPer1000) / 1_000,
    'bytes kept': (plan.bytes / GiB) * months * prices.bytesGibMonth,
  };
  return Object.fromEntries(Object.entries(whole).map(([what, cost]) => [what, (cost * 1e6) / plan.files]));
}
