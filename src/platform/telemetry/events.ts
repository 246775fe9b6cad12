import { FilemillError, isReason, type Reason } from '#domain/errors.ts';
import type { EndedAttempt, FailedFile, FileEvents } from '#domain/file-events.ts';
import { isStoreFault } from '#domain/store-fault.ts';
import { asFilemillError, failingStore } from '#domain/volume-fault.ts';
import type { Logger } from '../logger.ts';
import { instruments } from './instruments.ts';
import { traceContextFrom, traceIdOf } from './trace-context.ts';

/**
 * One function for each event that operators look for: it writes the log line and counts. Every line about a request
 * carries its `requestId`. Labels have few values: never an id, an address or a name.
 */

export interface EndedCall {
  /** `filemill.v1.UploadService/UploadFile`. */
  readonly rpc: string;
  readonly requestId: string;
  readonly traceId?: string;
  readonly peer: string;
  readonly cancelled: boolean;
  readonly seconds: number;
}

/** A gRPC call that this service answered or forwarded. */
export function callAnswered(logger: Logger, { rpc, requestId, traceId, cancelled, seconds }: EndedCall): void {
  instruments.rpcDuration.record(seconds, { 'rpc.method': rpc, ...(cancelled && { 'error.type': 'CANCELLED' }) });
  logger.debug({ rpc, requestId, traceId }, 'call answered');
}

/**
 * @param forwarded another service refused it, and has logged why
 * @param served false for an RPC that exists in the mind of its caller alone, which may name any number of them
 */
export function callFailed(
  logger: Logger,
  { cancelled, seconds, ...call }: EndedCall,
  error: unknown,
  { reason, forwarded, served }: { readonly reason: Reason; readonly forwarded: boolean; readonly served: boolean },
): void {
  const type = cancelled ? 'CANCELLED' : reason;
  instruments.rpcDuration.record(seconds, { 'rpc.method': served ? call.rpc : '_OTHER', 'error.type': type });
  if (cancelled) logger.debug({ ...call, err: error }, 'call cancelled');
  // The service that owns the connection to the store has logged the outage once.
  else if (forwarded || isStoreFault(error)) logger.debug({ ...call, reason, err: error }, 'call refused');
  else logFailure(logger, 'call', call, error, reason);
}

/** One file of an UploadMany stream, logged under the request id of the stream. */
export function fileRefused(logger: Logger, requestId: string, error: unknown): void {
  const { reason } = asFilemillError(error);
  instruments.filesRefused.add(1, { reason });
  logFailure(logger, 'file', { rpc: 'UploadMany', requestId }, error, reason);
}

function logFailure(logger: Logger, what: 'call' | 'file', facts: object, error: unknown, reason: Reason): void {
  const store = failingStore(error);
  if (store !== undefined)
    logger.warn({ ...facts, err: error }, `the ${store === 's3' ? 'object store' : store} fails`);
  else if (error instanceof FilemillError && reason !== 'INTERNAL')
    logger.info({ ...facts, reason, detail: error.message }, `${what} refused`);
  else logger.error({ ...facts, err: error }, `${what} failed`);
}

/** Several requests share one call. The service that answers it logs the request id of the call. */
export function callShared(logger: Logger, rpc: string, requestId: string, sharedBy: Iterable<string>): void {
  instruments.sharedCalls.add(1, { 'rpc.method': rpc });
  if (logger.isLevelEnabled('debug'))
    logger.debug({ rpc, requestId, sharedBy: [...sharedBy] }, 'requests share a call');
}

/** What every line about a file tells. */
interface FileFacts {
  readonly id: string;
  readonly requestId: string | null;
  /** Of its trace, if it is recorded. */
  readonly traceparent: string | null;
  readonly filename: string;
  readonly size: number;
}

/** Whether a line is written for each file that is accepted or completed; one for each that failed is always. */
let tellsEachFile = true;

export function tellFiles(which: 'all' | 'failures'): void {
  tellsEachFile = which === 'all';
}

function factsOf({ id, requestId, traceparent, filename: name, size }: FileFacts) {
  const trace = traceContextFrom(traceparent);
  return { file: id, requestId: requestId ?? undefined, traceId: trace && traceIdOf(trace), name, size };
}

/** A file whose bytes are durable and whose row is committed. */
interface AcceptedFile extends FileFacts {
  readonly tenant: string;
  /** When its first byte came, by `performance.now()`; unknown if it came in parts. */
  readonly beganAt?: number | undefined;
}

export function filesAccepted(logger: Logger, files: readonly AcceptedFile[]): void {
  instruments.filesAccepted.add(files.length);
  instruments.bytesAccepted.add(files.reduce((sum, { size }) => sum + size, 0));
  const now = performance.now();
  for (const file of files) {
    const { tenant, beganAt } = file;
    const seconds = beganAt === undefined ? undefined : (now - beganAt) / 1_000;
    if (seconds !== undefined) instruments.uploadDuration.record(seconds);
    if (tellsEachFile) logger.info({ ...factsOf(file), tenant, ms: seconds && wholeMs(seconds) }, 'file accepted');
  }
}

/** The attempt of this worker brought the result. @param seconds from its claim */
export function fileCompleted(logger: Logger, file: AttemptedFile, worker: string, seconds: number): void {
  if (!tellsEachFile) return;
  const { attempt } = file;
  logger.info({ ...factsOf(file), ms: wholeMs(seconds), worker, attempt }, 'file completed');
}

interface AttemptedFile extends FileFacts {
  readonly attempt: number;
}

function wholeMs(seconds: number): number {
  return Math.round(seconds * 1_000);
}

/** An upload that was answered with a file that is there already. */
export function fileKnown(): void {
  instruments.filesDuplicate.add(1);
}

/** Counts what statements tell. Accepted files are counted where they are acknowledged. */
export const measuredFiles: FileEvents = {
  accepted: () => undefined,
  completed(files) {
    instruments.filesCompleted.add(files.length);
    instruments.bytesCompleted.add(files.reduce((sum, { size }) => sum + size, 0));
    for (const { totalSeconds } of files) instruments.completionDuration.record(totalSeconds);
  },
  failed(files) {
    for (const { errorCode } of files) instruments.filesFailed.add(1, { reason: reasonOf(errorCode) });
  },
};

/** @param errorCode of a row, which a later version may have written */
function reasonOf(errorCode: string): Reason {
  const word = errorCode.toUpperCase();
  return isReason(word) ? word : 'INTERNAL';
}

/** Files that shared a batch of the analysis. @param seconds of each */
export function filesAnalysed(step: 'pass' | 'findings', files: number, seconds: number): void {
  for (let n = 0; n < files; n++) instruments.analysisDuration.record(seconds, steps[step]);
}

const steps = { pass: { step: 'pass' }, findings: { step: 'findings' } } as const;

/** An attempt of this worker did not complete. */
export function attemptFailed(
  logger: Logger,
  file: AttemptedFile,
  worker: string,
  { reason, message }: FilemillError,
): void {
  instruments.attemptsFailed.add(1, { reason });
  const { attempt } = file;
  // Another attempt may well succeed. If none does, that is a warning of its own.
  logger.info({ ...factsOf(file), worker, attempt, reason, detail: message }, 'attempt failed');
}

/** The lease was lost, or the file deleted, before the attempt had an outcome. */
export function claimDropped(logger: Logger, file: AttemptedFile, worker: string, why: string): void {
  const { attempt } = file;
  logger.info({ ...factsOf(file), worker, attempt, why }, 'claim dropped');
}

/** The last attempt of a file did not complete: it is FAILED until somebody retries it. */
export function fileFailed(logger: Logger, file: FailedFile): void {
  const { attempt, worker, tenant, errorCode, errorMessage } = file;
  const known = { ...factsOf(file), tenant, worker: worker ?? undefined, attempt };
  logger.warn({ ...known, reason: reasonOf(errorCode), detail: errorMessage }, 'file failed');
}

/** An analyser failed, and the file is completed without its findings. */
export function findingFailed(
  logger: Logger,
  file: FileFacts,
  { analyzer, why }: { readonly analyzer: string; readonly why: string },
): void {
  instruments.findingsFailed.add(1, { analyzer });
  logger.warn(
    { ...factsOf(file), analyzer, detail: why },
    'an analyser failed; the file is completed without its findings',
  );
}

/** Workers stopped responding while they held these files. */
export function leasesRanOut(logger: Logger, attempts: readonly Pick<EndedAttempt, 'id' | 'worker'>[]): void {
  instruments.leasesExpired.add(attempts.length);
  const workers = [...new Set(attempts.map(({ worker }) => worker))].join(' ');
  const facts = { files: attempts.length, first: attempts[0]?.id, workers };
  logger.warn(facts, 'leases expired: their workers stopped responding');
}

/** Of the outcomes of a batch, those that a lease of another attempt refused. */
export function writesAnswered(write: 'save' | 'fail' | 'renew' | 'release', outcomes: readonly string[]): void {
  const fenced = outcomes.filter((outcome) => outcome === 'FENCED').length;
  if (fenced > 0) instruments.writesFenced.add(fenced, { write });
}

/** Retention rules removed files, or their bytes alone; the audit and the log of the janitor tell which rules. */
export function retentionRemoved(what: 'files' | 'bytes', files: number): void {
  if (files > 0) instruments.retentionFiles.add(files, { what });
}

/** Incomplete uploads that nobody continued were removed to make room. */
export function uploadsGivenUp(logger: Logger, tally: { readonly uploads: number }): void {
  instruments.uploadsGivenUp.add(tally.uploads);
  logger.warn(tally, 'abandoned uploads were given up to make room');
}

/** A receiver was told of an event, or did not take it. */
export function webhookAnswered(
  logger: Logger,
  webhook: string,
  event: string,
  { status, error }: { readonly status: number; readonly error: string },
): void {
  instruments.webhookMessages.add(1, { event, outcome: error === '' ? 'delivered' : 'failed' });
  if (error !== '') logger.debug({ webhook, event, status, detail: error }, 'webhook: a delivery failed');
}

/** Its receiver counts as down, or asked for silence. */
export function webhookPaused(
  logger: Logger,
  webhook: string,
  { failures, pauseMs, failure }: { readonly failures: number; readonly pauseMs: number; readonly failure: string },
): void {
  instruments.webhookPauses.add(1);
  logger.warn(
    { webhook, failures, pauseMs: Math.round(pauseMs), detail: failure },
    'webhook: its receiver fails, deliveries pause',
  );
}

export function webhookDisabled(logger: Logger, webhook: string, reason: string): void {
  instruments.webhooksDisabled.add(1);
  logger.warn({ webhook, detail: reason }, 'webhook disabled');
}

interface EndedRequest {
  readonly requestId: string;
  readonly traceId?: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
}

/** An HTTP request, whatever came of it. @param route undefined where none matched */
export function requestAnswered(
  logger: Logger,
  request: EndedRequest,
  { route, status, seconds }: { readonly route: string | undefined; readonly status: number; readonly seconds: number },
): void {
  instruments.httpDuration.record(seconds, {
    'http.request.method': request.method,
    'http.response.status_code': String(status),
    ...(route !== undefined && { 'http.route': route }),
  });
  logger.debug({ ...request, status }, 'request answered');
}

export function requestFailed(logger: Logger, request: EndedRequest, error: unknown, reason: Reason): void {
  instruments.httpProblems.add(1, { reason });
  if (reason === 'INTERNAL') logger.error({ ...request, reason, err: error }, 'request failed');
  else logger.debug({ ...request, reason, detail: String((error as Error).message) }, 'request refused');
}
