import {
  type CancelOutcome,
  cancelFiles,
  type PauseOutcome,
  pauseFiles,
  type ResumeOutcome,
  resumeFiles,
} from '#adapters/postgres/files/file-holds.ts';
import { requireBatch, runBatch } from '#contract/requests.ts';
import { reachOf } from '#domain/access.ts';
import { actorOf } from '#domain/audit.ts';
import { isUuid } from '#domain/uuid.ts';
import {
  CancelFilesResponse_Outcome as Cancelled,
  PauseFilesResponse_Outcome as Paused,
  ResumeFilesResponse_Outcome as Resumed,
} from '#gen/filemill/v1/metadata_service_pb.ts';
import { pair } from '#platform/pair.ts';
import type { MetadataContext, Route } from '../context.ts';

export function pauseFilesRoute({ database }: MetadataContext): Route<'pauseFiles'> {
  return async ({ ids }, context) => {
    const change = (good: readonly string[]) => pauseFiles(database, good, reachOf(context.caller), actorOf(context));
    const outcomes = await ofEach<PauseOutcome>(ids, change);
    return { items: pair(ids, outcomes).map(([id, outcome]) => ({ id, outcome: Paused[outcome] })) };
  };
}

export function resumeFilesRoute({ database }: MetadataContext): Route<'resumeFiles'> {
  return async ({ ids }, context) => {
    const change = (good: readonly string[]) => resumeFiles(database, good, reachOf(context.caller), actorOf(context));
    const outcomes = await ofEach<ResumeOutcome>(ids, change);
    return { items: pair(ids, outcomes).map(([id, outcome]) => ({ id, outcome: Resumed[outcome] })) };
  };
}

export function cancelFilesRoute({ database, events }: MetadataContext): Route<'cancelFiles'> {
  return async ({ ids }, context) => {
    const change = (good: readonly string[]) =>
      cancelFiles(database, good, reachOf(context.caller), { by: actorOf(context), events });
    const outcomes = await ofEach<CancelOutcome>(ids, change);
    return { items: pair(ids, outcomes).map(([id, outcome]) => ({ id, outcome: Cancelled[outcome] })) };
  };
}

async function ofEach<Outcome extends string>(
  ids: readonly string[],
  change: (good: readonly string[]) => Promise<(Outcome | 'NOT_FOUND')[]>,
): Promise<readonly (Outcome | 'NOT_FOUND')[]> {
  return await runBatch<string, Outcome | 'NOT_FOUND'>(
    requireBatch(ids, 'ids').map((id) => id.toLowerCase()),
    (id) => (isUuid(id) ? undefined : 'NOT_FOUND'),
    change,
  );
}
