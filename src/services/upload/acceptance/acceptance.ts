import { uploaderOf } from '#domain/audit.ts';
import type { Blob, StagedBlob } from '#domain/blob-store.ts';
import type { FilemillError } from '#domain/errors.ts';
import { failpoint } from '#platform/failpoints.ts';
import { pair } from '#platform/pair.ts';
import type { CallContext, Caller } from '#platform/rpc/call-context.ts';
import { fileKnown, filesAccepted } from '#platform/telemetry/events.ts';
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
  readonly beganAt?: number | undefined;
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
  const spans = created.map(({ span }) => span).filter((span) => span !== undefined);
  const registered = await inSpans(spans, () => registerAll(context, created, call.signal));
  await failpoint('upload.created');
  const outcomes = pair(files, registered);
  for (const [{ trace = call.trace }, one] of outcomes)
    if ('id' in one && !one.duplicate) context.ringer.ring(one.id, trace);
  await failpoint('upload.rung');
  tell(context, pair(created, registered));
  return outcomes.map(([{ size, sha256 }, one]) =>
    'id' in one ? { id: one.id, duplicate: one.duplicate, size: BigInt(size), sha256: sha256 ?? '' } : one,
  );
}

function tell({ logger }: AcceptanceContext, outcomes: readonly (readonly [Requested, Registered])[]): void {
  const accepted: Requested[] = [];
  for (const [file, one] of outcomes) {
    if ('refusal' in one) continue;
    if (one.duplicate) fileKnown();
    else accepted.push(file);
  }
  filesAccepted(logger, accepted);
}

type Requested = RequestedFile & Pick<Verified, 'beganAt'>;

function toRequested(
  { blob: { id, storageKey }, declared, size, sha256, beganAt, trace: own }: Verified & { readonly blob: Blob },
  { requestId, caller, trace }: AcceptedCall,
): Requested {
  const parent = own ?? trace;
  const span =
    parent && startChild('register', parent, { attributes: { 'filemill.file.id': id, 'filemill.file.size': size } });
  return {
    ...declared,
    id,
    storageKey,
    size,
    declaredSha256: sha256,
    requestId,
    tenant: caller.tenant,
    uploader: uploaderOf(caller),
    traceparent: keptTraceparent(parent),
    span,
    beganAt,
  };
}
