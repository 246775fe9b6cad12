import { requireBatch, runBatch } from '#contract/requests.ts';
import type { Lease, LeaseOutcome } from '#domain/file.ts';
import { isUuid } from '#domain/uuid.ts';
import { LeaseOutcome as OutcomeNumber } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { writesAnswered } from '#platform/telemetry/events.ts';

/** A batch of fenced writes: a malformed id names no file, a malformed token owns nothing. */
export async function runLeaseBatch<Item extends Lease>(
  write: 'fail' | 'renew' | 'release',
  leases: readonly Item[],
  run: (good: readonly Item[]) => Promise<readonly LeaseOutcome[]>,
): Promise<OutcomeNumber[]> {
  const refuse = ({ id, leaseToken }: Item) => (!isUuid(id) ? 'GONE' : !isUuid(leaseToken) ? 'FENCED' : undefined);
  const outcomes = await runBatch<Item, LeaseOutcome>(requireBatch(leases, 'leases'), refuse, run);
  writesAnswered(write, outcomes);
  return outcomes.map((outcome) => OutcomeNumber[outcome]);
}
