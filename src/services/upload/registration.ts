import type { FileCreation } from '#client/file-creation.ts';
import { withRetry } from '#client/retry.ts';
import type { BlobStore } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { NewFile } from '#domain/file.ts';
import type { Logger } from '#platform/logger.ts';

export interface RegistrationContext {
  readonly blobs: BlobStore;
  readonly files: Pick<FileCreation, 'create'>;
  readonly logger: Logger;
  /** How long to ask again for an answer that was lost. */
  readonly retryMs: number;
}

/**
 * Makes the row of a committed blob. Invariant: the blob is removed only when the metadata service said
 * that no row names its key. When no answer came the row may exist: the orphan sweep decides, long
 * after the last moment at which the key could still be registered.
 *
 * @throws FilemillError IDEMPOTENCY_KEY_REUSED, REQUEST_INVALID, or UNAVAILABLE when the outcome is unknown
 */
export async function register(
  context: RegistrationContext,
  file: NewFile,
  signal: AbortSignal,
): Promise<{ id: string; duplicate: boolean }> {
  const { files, retryMs } = context;
  if (signal.aborted) {
    // A stream that was cut can look as if it had ended. Nobody has been told of the key yet.
    await removeOwn(context, file.storageKey);
    throw signal.reason;
  }
  const answer = await withRetry(() => files.create(file), { signal, forMs: retryMs }).catch((cause: unknown) => {
    throw new FilemillError('UNAVAILABLE', 'The file is stored, but could not be registered just now.', { cause });
  });
  if (answer.outcome === 'CREATED') return { id: answer.id, duplicate: false };
  await removeOwn(context, file.storageKey);
  switch (answer.outcome) {
    case 'DUPLICATE':
      return { id: answer.id, duplicate: true };
    case 'KEY_REUSED':
      throw new FilemillError('IDEMPOTENCY_KEY_REUSED', undefined, { facts: { id: answer.id } });
    case 'REJECTED':
      throw new FilemillError('REQUEST_INVALID', answer.message);
  }
}

async function removeOwn({ blobs, logger }: RegistrationContext, storageKey: string): Promise<void> {
  await blobs.remove(storageKey).catch((error: unknown) => {
    logger.warn({ err: error, storageKey }, 'cannot remove an unneeded object: the sweep will');
  });
}
