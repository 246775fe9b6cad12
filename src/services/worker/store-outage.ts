import { FilemillError } from '#domain/errors.ts';
import type { HeldClaim } from './lease-keeper.ts';
import type { AttemptsClient } from './lifecycle/attempts.ts';

const releaseForMs = 10_000;

/** Whether the store of the bytes was away for as long as it is asked: that is no fault of the file. */
export function isStoreOutage(failure: unknown): boolean {
  return failure instanceof FilemillError && (failure.reason === 'UNAVAILABLE' || failure.reason === 'OVERLOADED');
}

/** Makes files due again that could not be read, without counting the attempt. What cannot be released is left to the end of its lease. */
export async function releaseUnread(
  claims: readonly HeldClaim[],
  attempts: Pick<AttemptsClient, 'release'>,
): Promise<void> {
  const held = claims.filter(({ lost }) => lost === undefined);
  if (held.length === 0) return;
  await attempts
    .release(
      held.map(({ file }) => file),
      { forMs: releaseForMs },
    )
    .catch(() => undefined);
}
