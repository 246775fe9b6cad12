import type { Completed } from '#analysis/run/isolates.ts';
import type { AnalysisFile, HandOverOutcome, OutputData } from '#domain/analysis.ts';
import type { BlobLocator } from '#domain/blob-store.ts';
import { errorCode, FilemillError } from '#domain/errors.ts';
import type { ClaimedFile, Finding, SaveOutcome } from '#domain/file.ts';
import { storedOutput } from '#domain/output-template.ts';
import { analysisDeadlineMs } from '#domain/retry-policy.ts';
import type { TextStore } from '#domain/text-store.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { Logger } from '#platform/logger.ts';
import { pair } from '#platform/pair.ts';
import { attemptFailed, claimDropped, fileCompleted, findingFailed } from '#platform/telemetry/events.ts';
import { inSpans } from '#platform/telemetry/traces.ts';
import { recordRuns, startSave } from './attempt-spans.ts';
import { type HeldClaim, LeaseLost } from './lease-keeper.ts';
import type { AttemptsClient } from './lifecycle/attempts.ts';
import { isStoreOutage, releaseUnread } from './store-outage.ts';
import type { WorkTally } from './work-tally.ts';

export interface AnalyzeOptions {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** The pool of analysis threads. */
export interface Analysis {
  /** Concurrent hand-overs. */
  readonly threads: number;
  /** Files per hand-over. */
  readonly perHandOver: number;
  /** Rejects with FilemillError ANALYZER_*, BLOB_MISSING or BLOB_DAMAGED, or with the signal's reason. */
  analyze(file: AnalysisFile, options: AnalyzeOptions): Promise<OutputData>;
  /** Outcomes in the order of `files`, each of which has its own deadline. Never rejects. */
  analyzeAll(
    files: readonly (AnalysisFile & Pick<AnalyzeOptions, 'deadlineMs'>)[],
  ): Promise<readonly HandOverOutcome[]>;
}

/** Processes that can be killed. */
export interface IsolatedAnalysis {
  readonly busy: number;
  /** The pass over a suspect. Rejects with WORKER_CRASHED too. */
  analyze(file: AnalysisFile, options: AnalyzeOptions): Promise<OutputData>;
  /** Whether `readWhole` suits this file, by its name. */
  expects(file: Pick<AnalysisFile, 'filename' | 'size'>): boolean;
  /** The pass and all that `complete` would add; undefined when both are to be tried apart. Rejects with the signal's reason. */
  readWhole(file: AnalysisFile, signal: AbortSignal): Promise<Completed | undefined>;
  /** Whether `complete` has something to add. */
  wants(output: OutputData): boolean;
  /** Adds the findings of documents, archives and media. Rejects with BLOB_*, or with the signal's reason. */
  complete(file: AnalysisFile, output: OutputData, signal: AbortSignal): Promise<Completed>;
}

export interface AttemptTools {
  readonly analysis: Analysis;
  readonly isolates: IsolatedAnalysis;
  /** Shortest deadline of an analysis. */
  readonly deadlineMs?: number | undefined;
  readonly blobs: BlobLocator;
  /** Where texts are kept, if they are. */
  readonly texts?: Pick<TextStore, 'keep'> | undefined;
  readonly attempts: AttemptsClient;
  readonly tally: WorkTally;
  /** The name of this worker. */
  readonly name: string;
  readonly logger: Logger;
}

/** Analyses claimed files; outcomes in the order of `claims`. Never rejects. */
export async function judge(claims: readonly HeldClaim[], tools: AttemptTools): Promise<readonly HandOverOutcome[]> {
  const [first] = claims;
  if (claims.length === 1 && first !== undefined) return [await judgeOne(first, tools)];
  const files: (AnalysisFile & { deadlineMs: number })[] = [];
  const outcomes: (HandOverOutcome | undefined)[] = [];
  for (const claim of claims) {
    await failpoint('worker.analysing');
    try {
      files.push({
        ...subjectOf(claim, tools),
        deadlineMs: analysisDeadlineMs(claim.file.size, tools.deadlineMs),
      });
      outcomes.push(undefined);
    } catch (failure) {
      outcomes.push({ failure });
    }
  }
  const analysed = (await tools.analysis.analyzeAll(files)).values();
  return claims.map(({ file }, n) => outcomes[n] ?? checked(file, analysed.next().value ?? 'again'));
}

/**
 * Adds to the output of the pass what takes a process of its own. Never rejects.
 *
 * @param output undefined for a file whose pass is to run there too
 */
export async function completeOne(
  claim: HeldClaim,
  output: OutputData | undefined,
  tools: AttemptTools,
): Promise<Judged['outcome']> {
  try {
    const { isolates, texts, logger } = tools;
    const subject = subjectOf(claim, tools);
    const completed =
      output === undefined
        ? await readWhole(claim, subject, tools)
        : await isolates.complete(subject, output, claim.signal);
    recordRuns(claim, completed.runs);
    for (const failure of completed.failures) findingFailed(logger, claim.file, failure);
    // Kept before the result is saved: who sees the result finds the text.
    if (completed.text !== undefined) await texts?.keep(claim.file.id, completed.text);
    return { output: completed.output };
  } catch (failure) {
    return { failure };
  }
}

async function readWhole(
  { file, signal }: HeldClaim,
  subject: AnalysisFile,
  { analysis, isolates, deadlineMs }: AttemptTools,
): Promise<Completed> {
  await failpoint('worker.analysing');
  const whole = await isolates.readWhole(subject, signal);
  const completed =
    whole ??
    (await isolates.complete(
      subject,
      await analysis.analyze(subject, { deadlineMs: analysisDeadlineMs(file.size, deadlineMs), signal }),
      signal,
    ));
  assertIntact(file, completed.output);
  return completed;
}

async function judgeOne(claim: HeldClaim, tools: AttemptTools): Promise<HandOverOutcome> {
  const { file } = claim;
  try {
    if (file.alone) await beginAlone(claim, tools);
    await failpoint('worker.analysing');
    const options = { deadlineMs: analysisDeadlineMs(file.size, tools.deadlineMs), signal: claim.signal };
    const analysis = file.alone ? tools.isolates : tools.analysis;
    return checked(file, { output: await analysis.analyze(subjectOf(claim, tools), options) });
  } catch (failure) {
    return { failure };
  }
}

/** @throws Error why the file cannot be analysed */
function subjectOf(claim: HeldClaim, { blobs }: AttemptTools): AnalysisFile {
  claim.assertHeld();
  const { storageKey, filename, size } = claim.file;
  return { ...(blobs.locate(storageKey) ?? { storageKey }), filename, size };
}

async function beginAlone(claim: HeldClaim, { attempts }: AttemptTools): Promise<void> {
  claim.assertHeld();
  const sentAt = performance.now();
  const { outcome, leaseMs } = await attempts.beginAlone(claim.file, claim.signal);
  if (outcome === 'DONE') claim.begunAlone(sentAt, leaseMs);
  else claim.lose(outcome);
  claim.assertHeld();
}

function checked(file: ClaimedFile, outcome: HandOverOutcome): HandOverOutcome {
  if (outcome === 'again' || 'failure' in outcome) return outcome;
  try {
    assertIntact(file, outcome.output);
    return outcome;
  } catch (failure) {
    return { failure };
  }
}

/** @throws FilemillError BLOB_DAMAGED when the bytes are not those that were uploaded */
function assertIntact({ size, declaredSha256 }: ClaimedFile, output: OutputData): void {
  if (output.size !== size)
    throw new FilemillError('BLOB_DAMAGED', `The stored file has ${output.size} bytes instead of ${size}.`);
  if (declaredSha256 !== null && output.sha256 !== declaredSha256)
    throw new FilemillError('BLOB_DAMAGED', `The stored file has SHA-256 ${output.sha256}, not ${declaredSha256}.`);
}

export interface Judged {
  readonly claim: HeldClaim;
  readonly outcome: Exclude<HandOverOutcome, 'again'>;
}

/**
 * Writes outcomes while their leases may be valid. Never rejects: an outcome that cannot be written is left to the end
 * of its lease.
 */
export async function concludeAll(judged: readonly Judged[], tools: AttemptTools): Promise<void> {
  await failpoint('worker.analysed');
  const found: Found[] = [];
  const ended: Promise<void>[] = [];
  const unread: HeldClaim[] = [];
  for (const { claim, outcome } of judged)
    if ('failure' in outcome && isStoreOutage(outcome.failure)) unread.push(claim);
    else if ('failure' in outcome) ended.push(fail(claim, outcome.failure, tools));
    else found.push({ claim, finding: toFinding(claim.file, outcome.output) });
  for (const claim of unread) drop(claim, 'the store of the files is away', tools);
  ended.push(releaseUnread(unread, tools.attempts), saveAll(found, tools));
  await Promise.all(ended);
}

interface Found {
  readonly claim: HeldClaim;
  readonly finding: Finding;
}

function toFinding({ id, leaseToken }: ClaimedFile, output: OutputData): Finding {
  const { mime_type: mimeType, sha256 } = output;
  return { id, leaseToken, mimeType, sha256, outputJson: storedOutput(output) };
}

/** Drops claims whose lease is lost meanwhile; the others go on. */
async function saveAll(found: readonly Found[], tools: AttemptTools): Promise<void> {
  const { attempts } = tools;
  for (const { claim } of found) if (claim.lost !== undefined) drop(claim, claim.lost, tools);
  const held = found.filter(({ claim }) => claim.lost === undefined);
  const [first] = held;
  if (first === undefined) return;
  const findings = held.map(({ claim, finding }) => ({ ...finding, span: startSave(claim) }));
  const spans = findings.map(({ span }) => span).filter((span) => span !== undefined);
  try {
    const outcomes = await inSpans(spans, () => attempts.saveAll(findings, first.claim));
    await failpoint('worker.saved');
    await Promise.all(pair(held, outcomes).map(([{ claim }, saved]) => settle(claim, saved, tools)));
  } catch (error) {
    // The first claim may have lost its lease while others hold theirs.
    if (first.claim.lost !== undefined) return await saveAll(held, tools);
    await Promise.all(held.map(({ claim }) => fail(claim, error, tools)));
  }
}

async function settle(claim: HeldClaim, saved: SaveOutcome, tools: AttemptTools): Promise<void> {
  if (saved.outcome === 'SAVED' || saved.outcome === 'ALREADY_SAVED') return complete(claim, tools);
  if (saved.outcome === 'INVALID') await fail(claim, new FilemillError('RESULT_INVALID', saved.message), tools);
  else drop(claim, saved.outcome, tools);
}

function complete({ file, beganAt, span }: HeldClaim, { name: worker, logger, tally }: AttemptTools): void {
  tally.completed();
  span?.set({ 'filemill.attempt.outcome': 'COMPLETED' });
  fileCompleted(logger, file, worker, (performance.now() - beganAt) / 1_000);
}

/** Never rejects. */
async function fail(claim: HeldClaim, failure: unknown, tools: AttemptTools): Promise<void> {
  const { attempts, name: worker, logger, tally } = tools;
  const { file } = claim;
  if (claim.lost !== undefined) return drop(claim, claim.lost, tools);
  const error = asFilemillError(failure);
  const { reason, message } = error;
  attemptFailed(logger, file, worker, error);
  tally.failed(reason);
  claim.span?.set({ 'filemill.attempt.outcome': 'FAILED' });
  claim.span?.fail(error);
  const { id, leaseToken } = file;
  const permanent = reason === 'RESULT_INVALID';
  const end = {
    id,
    leaseToken,
    errorCode: errorCode(reason),
    errorMessage: storableText(message),
    permanent,
    span: claim.span,
  };
  try {
    const outcome = await attempts.fail(end, claim);
    if (outcome !== 'DONE') drop(claim, outcome, tools);
  } catch (error) {
    if (claim.lost !== undefined) drop(claim, claim.lost, tools);
    else logger.error({ file: id, err: error }, 'cannot write the outcome of an attempt');
  }
}

function asFilemillError(failure: unknown): FilemillError {
  if (failure instanceof FilemillError) return failure;
  return new FilemillError('ANALYZER_ERROR', failure instanceof Error ? failure.message : String(failure));
}

/** PostgreSQL cannot store NUL in text; 1,000 characters are enough to read. */
function storableText(message: string): string {
  return message.replaceAll('\0', '\u{fffd}').slice(0, 1_000).toWellFormed();
}

function drop({ file, span }: HeldClaim, reason: unknown, { name: worker, logger }: AttemptTools): void {
  const why = String(reason instanceof LeaseLost ? reason.why : reason);
  span?.set({ 'filemill.attempt.outcome': 'DROPPED' });
  span?.fail(why);
  claimDropped(logger, file, worker, why);
}
