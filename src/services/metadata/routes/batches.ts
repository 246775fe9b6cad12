import { holdBatches, markBatch, unfinishedOfBatch } from '#adapters/postgres/batches/batch-holds.ts';
import { setBatchPriority } from '#adapters/postgres/batches/batch-priority.ts';
import { getBatch, listBatches, rateOfBatch } from '#adapters/postgres/batches/batches.ts';
import { cancelFiles } from '#adapters/postgres/files/file-holds.ts';
import { batchToMessage } from '#contract/batches.ts';
import { refuseNul } from '#contract/requests.ts';
import { reachOf } from '#domain/access.ts';
import type { AuditAction } from '#domain/audit.ts';
import { batchNameRule, isBatchName } from '#domain/batch.ts';
import { FilemillError } from '#domain/errors.ts';
import { isPriority, priorityRule } from '#domain/priority.ts';
import type { CallContext } from '#platform/rpc/call-context.ts';
import type { MetadataContext, Route } from '../context.ts';

const listed = 1_000;
/** A call cancels so many times 1,000 files. */
const cancelsAtOnce = 10;

interface Named {
  readonly name: string;
  readonly tenant: string;
}

export function listBatchesRoute({ reads }: MetadataContext): Route<'listBatches'> {
  return async (_, call) => ({
    batches: (await listBatches(reads.for(call), reachOf(call.caller), listed)).map((batch) => batchToMessage(batch)),
  });
}

export function getBatchRoute(context: MetadataContext): Route<'getBatch'> {
  return async (request, call) => ({ batch: await show(context, request, call) });
}

export function pauseBatchRoute(context: MetadataContext): Route<'pauseBatch'> {
  return async (request, call) => await hold(context, request, call, 'PAUSED');
}

export function resumeBatchRoute(context: MetadataContext): Route<'resumeBatch'> {
  return async (request, call) => await hold(context, request, call, 'RESUMING');
}

export function cancelBatchRoute(context: MetadataContext): Route<'cancelBatch'> {
  return async (request, call) => {
    const { database, events } = context;
    const owner = ownerOf(request, call);
    await require(context, request, call);
    await record(context, call, 'cancel_batch', owner, request.name);
    let more = true;
    for (let steps = 0; more && steps < cancelsAtOnce; steps += 1) {
      const ids = await unfinishedOfBatch(database, owner, request.name);
      if (ids.length > 0) await cancelFiles(database, ids, reachOf(call.caller), { events });
      more = ids.length > 0;
    }
    return { batch: await show(context, request, call), more };
  };
}

export function setBatchPriorityRoute(context: MetadataContext): Route<'setBatchPriority'> {
  return async ({ priority, ...request }, call) => {
    refuseNul(request.name, request.tenant);
    if (!isBatchName(request.name)) throw new FilemillError('REQUEST_INVALID', `name must be ${batchNameRule}.`);
    if (!isPriority(priority)) throw new FilemillError('REQUEST_INVALID', `priority must be ${priorityRule}.`);
    const owner = ownerOf(request, call);
    if (reachOf(call.caller) !== undefined && owner !== call.caller.tenant) throw notFound(request.name);
    await record(context, call, 'prioritize_batch', owner, request.name);
    return { more: await setBatchPriority(context.database, owner, request.name, priority) };
  };
}

async function hold(context: MetadataContext, request: Named, call: CallContext, mark: 'PAUSED' | 'RESUMING') {
  const { database } = context;
  const owner = ownerOf(request, call);
  await require(context, request, call);
  await markBatch(database, owner, request.name, mark);
  await record(context, call, mark === 'PAUSED' ? 'pause_batch' : 'resume_batch', owner, request.name);
  const more = await holdBatches(database, { tenant: owner, name: request.name });
  return { batch: await show(context, request, call), more };
}

async function show(context: MetadataContext, request: Named, call: CallContext) {
  const batch = await require(context, request, call);
  return batchToMessage(batch, await rateOfBatch(context.database, batch.tenant, batch.name));
}

/** @throws FilemillError BATCH_NOT_FOUND */
async function require({ searches }: MetadataContext, request: Named, call: CallContext) {
  refuseNul(request.name, request.tenant);
  const batch = await getBatch(searches, reachOf(call.caller), ownerOf(request, call), request.name);
  if (batch !== undefined) return batch;
  throw notFound(request.name);
}

function notFound(name: string): FilemillError {
  return new FilemillError('BATCH_NOT_FOUND', `No batch named ${name} has files.`);
}

/** What a caller of one tenant may not see does not exist. */
function ownerOf({ tenant }: Named, { caller }: CallContext): string {
  return tenant || caller.tenant;
}

async function record(
  { audit }: MetadataContext,
  call: CallContext,
  action: AuditAction,
  tenant: string,
  object: string,
): Promise<void> {
  await audit.record(call, action, { tenant, object });
}
