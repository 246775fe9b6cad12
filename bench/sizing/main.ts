/**
 * `npm run simulate -- --trace FILE [--prices FILE] [--measured FILE] [--load N] [--replicas N] [--threads N] [--put-ms N] [--json]`: how many of
 * each service a trace of traffic needs, with the requests to the stores and the cost of a million files. See docs/how-to/size-a-cluster.md.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { costPerMillion, PricesSchema } from './cost.ts';
import { MeasuredSchema } from './measured.ts';
import { assumed, planFor } from './plan.ts';
import { report } from './report.ts';
import { readTrace } from './trace.ts';

try {
  simulate();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}

function simulate(): void {
  const { values } = parseArgs({
    options: {
      trace: { type: 'string' },
      prices: { type: 'string' },
      measured: { type: 'string', default: join(import.meta.dirname, 'measured.json') },
      load: { type: 'string', default: String(assumed.load) },
      replicas: { type: 'string', default: String(assumed.replicas) },
      threads: { type: 'string', default: String(assumed.workerThreads) },
      'put-ms': { type: 'string', default: String(assumed.putSeconds * 1_000) },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.trace === undefined) throw new Error('--trace FILE is missing: see docs/how-to/size-a-cluster.md.');
  const measured = MeasuredSchema.parse(readJson(values.measured));
  const assumptions = {
    load: positive('load', values.load),
    replicas: positive('replicas', values.replicas),
    workerThreads: positive('threads', values.threads),
    putSeconds: positive('put-ms', values['put-ms']) / 1_000,
  };
  const plan = planFor(measured, readTrace(readFileSync(values.trace, 'utf8')), assumptions);
  const prices = values.prices === undefined ? undefined : PricesSchema.parse(readJson(values.prices));
  const cost = prices && { currency: prices.currency, of: costPerMillion(plan, prices, assumptions.workerThreads) };
  console.log(values.json ? JSON.stringify({ plan, cost }, null, 2) : report(plan, measured, cost));
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`${path} cannot be read as JSON: ${(cause as Error).message}`, { cause });
  }
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} must be a number above 0, and is ${text}.`);
}
