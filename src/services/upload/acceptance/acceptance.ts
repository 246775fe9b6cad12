import { uploaderOf } from '#domain/audit.ts';
import type { Blob, StagedBlob } from '#domain/blob-store.ts';
import type { FilemillError } from '#domain/errors.ts';
import { failpoint } from '#platform/failpoints.ts';
import { pair } from '#platform/pair.ts';
import type { CallContext, Caller } from '#platform/rpc/call-context.ts';
import { fileAccepted, fileKnown } from '#platform/telemetry/events.ts';
import { keptTraceparent, type TraceContext } from '#platform/telemetry/trace-context.ts';
import { inSpans, startChild } from '#platform/telemetry/traces.ts';
import type { Declaration } from '../intake/declaration.ts';
import type { RequestedFile } from './file-creation.ts';
import { type Registered, type RegistrationContext, registerAll } from './registration.ts';
import type { Ringer } from './ringer.ts';

export interface AcceptanceContext extends RegistrationContext {
  readonly ringer: Ringer;
}

/** The answer about a file that is kept. */
export interface Receipt {
  readonly id: string;
  readonly size: bigint;
  readonly sha256: string;
  readonly duplicate: boolean;
}

export interface Verified {
  readonly declared: Declaration;
  readonly size: number;
  /** Verified; null when none was declared. */
  readonly sha256: string | null;
  /** When the upload began, by `performance.now()`; unknown for one that came in several calls. */
  readonly beganAt?: number;
  /** Of a file that has a trace of its own; otherwise it belongs to that of the call. */
  readonly trace?: TraceContext | undefined;
}

export type AcceptedCall = Pick<CallContext, 'signal' | 'requestId' | 'trace'> & {
  readonly caller: Pick<Caller, 'kind' | 'id' | 'name' | 'tenant' | 'address'>;
};

/** Keeps one file: when this returns, its bytes are durable and its row is committed. @throws FilemillError */
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

/** Keeps small files that are in memory; answers in their order. @throws FilemillError when none can be kept */
export async function acceptAll(
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
  call: AcceptedCall,
): Promise<readonly Answer[]> {
  const created = files.map((file) => toRequested(file, call));
  const spans = created.flatMap(({ span }) => span ?? []);
  const registered = await inSpans(spans, () => registerAll(context, created, call.signal));
  await failpoint('upload.created');
  for (const [one, { trace = call.trace }] of pair(registered, files))
    if ('id' in one && !one.duplicate) context.ringer.ring(one.id, trace);
  await failpoint('upload.rung');
  tell(context, created, pair(files, registered));
  return pair(files, registered).map(([{ size, sha256 }, one]) =>
    'id' in one ? { id: one.id, duplicate: one.duplicate, size: BigInt(size), sha256: sha256 ?? '' } : one,
  );
}

function tell(
  { logger }: AcceptanceContext,
  created: readonly RequestedFile[],
  files: readonly (readonly [Verified, Registered])[],
): void {
  const now = performance.now();
  for (const [file, [{ beganAt }, one]] of pair(created, files)) {
    if ('refusal' in one) continue;
    if (one.duplicate) fileKnown();
    else fileAccepted(logger, file, file.tenant, beganAt && (now - beganAt) / 1_000);
  }
}

function toRequested(
  { blob: { id, storageKey }, declared, size, sha256, trace: own }: Verified & { readonly blob: Blob },
  { requestId, caller, trace }: AcceptedCall,
): RequestedFile {
  const fields = { ...declared, id, storageKey, size, declaredSha256: sha256, requestId };
  const span = startChild('register', own ?? trace, {
    attributes: { 'filemill.file.id': id, 'filemill.file.size': size },
  });
  const by = { tenant: caller.tenant, uploader: uploaderOf(caller), traceparent: keptTraceparent(own ?? trace) };
  return { ...fields, ...by, span };
}
