import type { BlobStore } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { CreateOutcome } from '#domain/file.ts';
import { isStoreFault } from '#domain/store-fault.ts';
import type { Logger } from '#platform/logger.ts';
import { pair } from '#platform/pair.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import type { FileCreation, RequestedFile } from './file-creation.ts';

export interface RegistrationContext {
  readonly blobs: BlobStore;
  readonly files: Pick<FileCreation, 'createAll'>;
  readonly logger: Logger;
  /** How long registration is retried, in milliseconds. */
  readonly retryMs: number;
}

/** The row that exists now, or FilemillError IDEMPOTENCY_KEY_REUSED, QUOTA_EXCEEDED or REQUEST_INVALID. */
export type Registered = { readonly id: string; readonly duplicate: boolean } | { readonly refusal: FilemillError };

/**
 * Creates the rows of committed blobs, in the order of `files`. Invariant: a blob is removed only when the metadata
 * service said that no row names it. Without an answer the rows may exist: the orphan sweeper decides, long after the
 * last moment at which the blobs could still be registered.
 *
 * @throws FilemillError UNAVAILABLE or STORE_REFUSES when the outcome is unknown, for all of them
 */
export async function registerAll(
  context: RegistrationContext,
  files: readonly RequestedFile[],
  signal: AbortSignal,
): Promise<readonly Registered[]> {
  if (signal.aborted) {
    // A cut stream can look like one that ended. No client has been told of these blobs yet.
    for (const file of files) await removeOwn(context, file);
    throw signal.reason;
  }
  const ask = () => context.files.createAll(files);
  const answers = await withRetry(ask, { signal, forMs: context.retryMs }).catch((cause: unknown) => {
    throw notRegistered(cause);
  });
  for (const [file, { outcome }] of pair(files, answers)) if (outcome !== 'CREATED') await removeOwn(context, file);
  return answers.map(toRegistered);
}

/** A refusal of the store keeps its reason. */
function notRegistered(cause: unknown): FilemillError {
  const told = 'The file is stored, but could not be registered.';
  if (!(cause instanceof FilemillError && isStoreFault(cause)))
    return new FilemillError('UNAVAILABLE', told, { cause });
  return new FilemillError(cause.reason, `${told} ${cause.message}`, { cause, facts: cause.facts });
}

function toRegistered(answer: CreateOutcome): Registered {
  if ('message' in answer) return { refusal: new FilemillError(refusals[answer.outcome], answer.message) };
  const { outcome, id } = answer;
  if (outcome !== 'KEY_REUSED') return { id, duplicate: outcome === 'DUPLICATE' };
  return { refusal: new FilemillError('IDEMPOTENCY_KEY_REUSED', undefined, { facts: { id } }) };
}

const refusals = { REJECTED: 'REQUEST_INVALID', QUOTA_EXCEEDED: 'QUOTA_EXCEEDED' } as const;

async function removeOwn(
  { blobs, logger }: RegistrationContext,
  { storageKey, requestId }: RequestedFile,
): Promise<void> {
  await blobs.remove(storageKey).catch((error: unknown) => {
    logger.warn({ err: error, storageKey, requestId }, 'cannot remove an unneeded object: left to the orphan sweeper');
  });
}
