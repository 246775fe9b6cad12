import { FilemillError, type Reason } from '#domain/errors.ts';
import { isStoreFault } from '#domain/store-fault.ts';
import { asFilemillError, isVolumeFault } from '#domain/volume-fault.ts';
import type { Logger } from '../logger.ts';

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
}

/** A gRPC call that this service answered or forwarded. */
export function callAnswered(logger: Logger, { rpc, requestId, traceId, cancelled }: EndedCall): void {
  count('filemill_calls_total', { rpc, outcome: cancelled ? 'CANCELLED' : 'OK' });
  logger.debug({ rpc, requestId, traceId }, 'call answered');
}

/** @param forwarded another service refused it, and has logged why */
export function callFailed(
  logger: Logger,
  { cancelled, ...call }: EndedCall,
  error: unknown,
  { reason, forwarded }: { readonly reason: Reason; readonly forwarded: boolean },
): void {
  count('filemill_calls_total', { rpc: call.rpc, outcome: cancelled ? 'CANCELLED' : reason });
  if (cancelled) logger.debug({ ...call, err: error }, 'call cancelled');
  // The service that owns the connection to the store has logged the outage once.
  else if (forwarded || isStoreFault(error)) logger.debug({ ...call, reason, err: error }, 'call refused');
  else logFailure(logger, 'call', call, error, reason);
}

/** One file of an UploadMany stream, logged under the request id of the stream. */
export function fileRefused(logger: Logger, requestId: string, error: unknown): void {
  const { reason } = asFilemillError(error);
  count('filemill_files_refused_total', { reason });
  logFailure(logger, 'file', { rpc: 'UploadMany', requestId }, error, reason);
}

function logFailure(logger: Logger, what: 'call' | 'file', facts: object, error: unknown, reason: Reason): void {
  if (isVolumeFault(error)) logger.warn({ ...facts, err: error }, 'the volume fails');
  else if (error instanceof FilemillError && reason !== 'INTERNAL')
    logger.info({ ...facts, reason, detail: error.message }, `${what} refused`);
  else logger.error({ ...facts, err: error }, `${what} failed`);
}

/** Several requests share one call. The service that answers it logs the request id of the call. */
export function callShared(logger: Logger, rpc: string, requestId: string, sharedBy: Iterable<string>): void {
  count('filemill_shared_calls_total', { rpc });
  if (logger.isLevelEnabled('debug'))
    logger.debug({ rpc, requestId, sharedBy: [...sharedBy] }, 'requests share a call');
}

/** An attempt of this worker did not complete. */
export function attemptFailed(
  logger: Logger,
  { id, attempt }: { readonly id: string; readonly attempt: number },
  { reason, message }: FilemillError,
): void {
  count('filemill_attempts_failed_total', { reason });
  logger.warn({ file: id, reason, detail: message, attempt }, 'attempt failed');
}

/** An analyser failed, and the file is completed without its findings. */
export function findingFailed(
  logger: Logger,
  { id }: { readonly id: string },
  { analyzer, why }: { readonly analyzer: string; readonly why: string },
): void {
  count('filemill_findings_failed_total', { analyzer });
  logger.warn({ file: id, analyzer, detail: why }, 'an analyser failed; the file is completed without its findings');
}

/** Workers stopped responding while they held these files. */
export function leasesRanOut(logger: Logger, ids: readonly string[]): void {
  count('filemill_leases_expired_total', {}, ids.length);
  logger.warn({ files: ids.length, first: ids[0] }, 'leases expired: their workers stopped responding');
}

/** Incomplete uploads that nobody continued were removed to make room. */
export function uploadsGivenUp(logger: Logger, tally: { readonly uploads: number }): void {
  count('filemill_incomplete_uploads_given_up_total', {}, tally.uploads);
  logger.warn(tally, 'abandoned uploads were given up to make room');
}

interface EndedRequest {
  readonly requestId: string;
  readonly traceId?: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
}

/** An HTTP request, whatever came of it. */
export function requestAnswered(logger: Logger, request: EndedRequest, status: number): void {
  count('filemill_http_requests_total', { method: request.method, status: String(status) });
  logger.debug({ ...request, status }, 'request answered');
}

export function requestFailed(logger: Logger, request: EndedRequest, error: unknown, reason: Reason): void {
  count('filemill_http_problems_total', { reason });
  if (reason === 'INTERNAL') logger.error({ ...request, reason, err: error }, 'request failed');
  else logger.debug({ ...request, reason, detail: String((error as Error).message) }, 'request refused');
}

/** By the name of the counter and its labels, since the process began. */
const counters = new Map<string, Map<string, number>>();

/** Everything counted here, in the Prometheus text format. */
export function countedEvents(): string[] {
  return [...counters].flatMap(([name, series]) => [
    `# TYPE ${name} counter`,
    ...[...series].map(([labels, value]) => `${name}${labels && `{${labels}}`} ${value}`),
  ]);
}

function count(name: string, labels: Readonly<Record<string, string>>, by = 1): void {
  const series = counters.get(name) ?? new Map<string, number>();
  counters.set(name, series);
  const key = Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',');
  series.set(key, (series.get(key) ?? 0) + by);
}
