import type { AttemptsClient } from '#client/attempts.ts';
import type { OutputData } from '#domain/analysis.ts';
import type { BlobReader } from '#domain/blob-store.ts';
import { errorCode, FilemillError } from '#domain/errors.ts';
import type { ClaimedFile } from '#domain/file.ts';
import { analysisDeadlineMs } from '#domain/retry-policy.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { Logger } from '#platform/logger.ts';
import { type HeldClaim, LeaseLost } from './lease-keeper.ts';

/** The pool of analysis threads, as far as an attempt needs it. */
export interface Analysis {
  /** Files that are analysed at the same time. */
  readonly threads: number;
  /** Rejects with FilemillError ANALYZER_* or BLOB_MISSING, or with the signal's reason. */
  analyze(
    subject: { readonly path: string; readonly filename: string; readonly size: number },
    options: { readonly deadlineMs: number; readonly signal: AbortSignal },
  ): Promise<OutputData>;
}

export interface AttemptTools {
  readonly analysis: Analysis;
  /** For files that must run alone: a process of its own. Rejects with WORKER_CRASHED too. */
  readonly lone: Pick<Analysis, 'analyze'>;
  /** Shortest deadline of an analysis; the one of production unless given. */
  readonly deadlineMs?: number | undefined;
  readonly blobs: BlobReader;
  readonly attempts: AttemptsClient;
  readonly logger: Logger;
}

/** What an analysis came to: a finding to save, or why there is none. */
export type Verdict = { readonly output: OutputData } | { readonly failure: unknown };

/** The part of an attempt that needs a thread or a process. Never rejects. */
export async function judge(claim: HeldClaim, tools: AttemptTools): Promise<Verdict> {
  const { file, signal } = claim;
  try {
    signal.throwIfAborted();
    if (file.alone) await beginAlone(claim, tools);
    const { path } = tools.blobs.locate(file.storageKey);
    await failpoint('worker.analysing');
    const subject = { path, filename: file.filename, size: file.size };
    const deadlineMs = analysisDeadlineMs(file.size, tools.deadlineMs);
    const output = await (file.alone ? tools.lone : tools.analysis).analyze(subject, { deadlineMs, signal });
    assertIntact(file, output);
    return { output };
  } catch (failure) {
    return { failure };
  }
}

async function beginAlone(claim: HeldClaim, { attempts }: AttemptTools): Promise<void> {
  const outcome = await attempts.beginAlone(claim.file, claim.signal);
  if (outcome !== 'DONE') claim.lose(outcome);
  claim.signal.throwIfAborted();
}

/**
 * Writes the outcome, for as long as the lease may be valid. Never rejects: an outcome that cannot be
 * written is left to the end of the lease.
 */
export async function conclude(claim: HeldClaim, verdict: Verdict, tools: AttemptTools): Promise<void> {
  try {
    await failpoint('worker.analysed');
    if ('output' in verdict) await save(claim, verdict.output, tools);
    else await fail(claim, verdict.failure, tools);
  } catch (error) {
    if (claim.signal.aborted) logDropped(claim, claim.signal.reason, tools.logger);
    else tools.logger.error({ file: claim.file.id, err: error }, 'an outcome could not be written');
  }
}

async function save(claim: HeldClaim, output: OutputData, tools: AttemptTools): Promise<void> {
  const { file, signal } = claim;
  const finding = {
    id: file.id,
    leaseToken: file.leaseToken,
    mimeType: output.mime_type,
    sha256: output.sha256,
    outputJson: JSON.stringify(output),
  };
  const saved = await tools.attempts.save(finding, signal).catch((error: unknown) => ({ outcome: 'ERROR', error }));
  await failpoint('worker.saved');
  switch (saved.outcome) {
    case 'SAVED':
    case 'ALREADY_SAVED':
      tools.logger.debug({ file: file.id, mimeType: output.mime_type, attempt: file.attempt }, 'completed');
      break;
    case 'INVALID':
      await fail(claim, new FilemillError('RESULT_INVALID', 'message' in saved ? saved.message : undefined), tools);
      break;
    case 'ERROR':
      await fail(claim, 'error' in saved ? saved.error : undefined, tools);
      break;
    default:
      logDropped(claim, saved.outcome, tools.logger);
  }
}

async function fail(claim: HeldClaim, failure: unknown, { attempts, logger }: AttemptTools): Promise<void> {
  const { file, signal } = claim;
  if (signal.aborted) return logDropped(claim, signal.reason, logger);
  const { reason, message } = asFilemillError(failure);
  logger.warn({ file: file.id, reason, detail: message, attempt: file.attempt }, 'attempt failed');
  const outcome = await attempts.fail(
    {
      id: file.id,
      leaseToken: file.leaseToken,
      errorCode: errorCode(reason),
      errorMessage: storableText(message),
      permanent: reason === 'RESULT_INVALID',
    },
    signal,
  );
  if (outcome !== 'DONE') logDropped(claim, outcome, logger);
}

function assertIntact({ size, declaredSha256 }: ClaimedFile, output: OutputData): void {
  if (output.size !== size)
    throw new FilemillError('CHECKSUM_MISMATCH', `The stored file has ${output.size} bytes instead of ${size}.`);
  if (declaredSha256 !== null && output.sha256 !== declaredSha256)
    throw new FilemillError(
      'CHECKSUM_MISMATCH',
      `The stored file has SHA-256 ${output.sha256}, not ${declaredSha256}.`,
    );
}

function asFilemillError(failure: unknown): FilemillError {
  if (failure instanceof FilemillError) return failure;
  return new FilemillError('ANALYZER_ERROR', failure instanceof Error ? failure.message : String(failure));
}

/** PostgreSQL text holds no NUL; people read no more than this. */
function storableText(message: string): string {
  return message.replaceAll('\0', '\u{fffd}').slice(0, 1_000).toWellFormed();
}

function logDropped({ file }: HeldClaim, reason: unknown, logger: Logger): void {
  const why = reason instanceof LeaseLost ? reason.why : reason;
  logger.info({ file: file.id, why, attempt: file.attempt }, 'claim dropped');
}
