import type { Blob, StagedBlob } from '#domain/blob-store.ts';
import type { FilemillError } from '#domain/errors.ts';
import { failpoint } from '#platform/failpoints.ts';
import { pair } from '#platform/pair.ts';
import type { CallContext } from '#platform/rpc/call-context.ts';
import type { Declaration } from '../intake/declaration.ts';
import type { RequestedFile } from './file-creation.ts';
import { type RegistrationContext, registerAll } from './registration.ts';
import type { Ringer } from './ringer.ts';

export interface AcceptanceContext extends RegistrationContext {
  readonly ringer: Ringer;
}

/** What the client is told of a file that is kept. */
export interface Receipt {
  readonly id: string;
  readonly size: bigint;
  readonly sha256: string;
  readonly duplicate: boolean;
}

/** Content that was received and checked. */
export interface Verified {
  readonly declared: Declaration;
  readonly size: number;
  /** The verified one, or null when none was declared. */
  readonly sha256: string | null;
}

/** The call that brought the last of the content. */
export type AcceptedCall = Pick<CallContext, 'signal' | 'requestId'>;

/**
 * Keeps the content of one file: when this returns, its bytes are durable and the row that names them is committed.
 *
 * @throws FilemillError
 */
export async function accept(
  context: AcceptanceContext,
  staged: Pick<StagedBlob, 'commit'>,
  verified: Verified,
  call: AcceptedCall,
): Promise<Receipt> {
  await failpoint('upload.written');
  const [receipt] = await acknowledge(context, [{ ...verified, blob: await staged.commit() }], call);
  if (receipt !== undefined && 'id' in receipt) return receipt;
  throw receipt?.refusal;
}

/** The same for small files that are in memory; receipts or refusals in their order. @throws FilemillError for all */
export async function acceptTogether(
  context: AcceptanceContext,
  contents: readonly Uint8Array[],
  verified: readonly Verified[],
  call: AcceptedCall,
): Promise<readonly Answer[]> {
  await failpoint('upload.written');
  const blobs = await context.blobs.keep(contents);
  const files = pair(verified, blobs).map(([one, blob]) => ({ ...one, blob }));
  return await acknowledge(context, files, call);
}

export type Answer = Receipt | { readonly refusal: FilemillError };

async function acknowledge(
  context: AcceptanceContext,
  files: readonly (Verified & { readonly blob: Blob })[],
  { signal, requestId }: AcceptedCall,
): Promise<readonly Answer[]> {
  const created = files.map((file) => toNewFile(file, requestId));
  const registered = await registerAll(context, created, signal);
  await failpoint('upload.created');
  for (const one of registered) if ('id' in one && !one.duplicate) context.ringer.ring(one.id);
  await failpoint('upload.rung');
  return pair(files, registered).map(([{ size, sha256 }, one]) =>
    'id' in one ? { id: one.id, duplicate: one.duplicate, size: BigInt(size), sha256: sha256 ?? '' } : one,
  );
}

function toNewFile(
  { blob, declared, size, sha256 }: Verified & { readonly blob: Blob },
  requestId: string,
): RequestedFile {
  return { ...declared, id: blob.id, storageKey: blob.storageKey, size, declaredSha256: sha256, requestId };
}
