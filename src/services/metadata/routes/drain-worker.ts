import { aliveMs, drainWorker, workersAlive } from '#adapters/postgres/upkeep/workers.ts';
import { refuseNul } from '#contract/requests.ts';
import { FilemillError } from '#domain/errors.ts';
import type { CallContext } from '#platform/rpc/call-context.ts';
import type { MetadataContext, Route } from '../context.ts';
import { workerToMessage } from '../live/stats-message.ts';

export function drainWorkerRoute(context: MetadataContext): Route<'drainWorker'> {
  return async ({ name }, call) => ({ worker: await change(context, call, name, true) });
}

export function resumeWorkerRoute(context: MetadataContext): Route<'resumeWorker'> {
  return async ({ name }, call) => ({ worker: await change(context, call, name, false) });
}

async function change({ database, clock, audit }: MetadataContext, call: CallContext, name: string, draining: boolean) {
  refuseNul(name);
  await drainWorker(database, name, draining);
  const worker = (await workersAlive(database, clock.range(aliveMs))).find((one) => one.name === name);
  if (worker === undefined) throw new FilemillError('WORKER_NOT_FOUND', `No live worker is named ${name}.`);
  await audit.record(call, draining ? 'drain_worker' : 'resume_worker', { object: name });
  return workerToMessage(worker);
}
