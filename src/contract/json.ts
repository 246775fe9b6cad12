import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import type { OutputData } from '#domain/analysis.ts';
import type { AttemptRecord } from '#domain/file.ts';
import type { FileStatus } from '#domain/file-state.ts';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import {
  type Attempt,
  Attempt_Outcome,
  type GetStatsResponse,
  type GetStatsResponse_DatabaseState,
  type GetStatsResponse_Durations,
} from '#gen/filemill/v1/metadata_service_pb.ts';
import type { Result } from '#gen/filemill/v1/result_service_pb.ts';
import { type Dependency, Dependency_State } from '#gen/filemill/v1/system_service_pb.ts';
import type { GetIncompleteUploadsResponse } from '#gen/filemill/v1/upload_service_pb.ts';
import { statusWord } from './wire.ts';

/**
 * The public JSON: one shape for the HTTP API and for the CLI's `--json`. Numbers are numbers, times
 * are RFC 3339 in UTC, statuses come without their prefix, and what is not known is null.
 */

export interface FileJson {
  readonly id: string;
  readonly filename: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly mime_type: string;
  readonly status: FileStatus | 'UNKNOWN';
  readonly attempt: number;
  readonly max_attempts: number;
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly completed_at: string | null;
  /** What the worker measured; null until COMPLETED. */
  readonly sha256: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface FileWithResultJson extends FileJson {
  /** The `output_data` document of docs/results.md; null when there is none (yet). */
  readonly result: OutputData | null;
}

export interface ResultJson {
  readonly id: string;
  readonly file_id: string;
  readonly created_at: string | null;
  readonly filename: string;
  readonly path: string;
  /** The `output_data` document of docs/results.md. */
  readonly output: OutputData;
}

export interface AttemptJson {
  /** As it was counted: after a silence that was forgiven the next one has it again. */
  readonly number: number;
  /** Empty when it is not known. */
  readonly worker: string;
  readonly claimed_at: string | null;
  /** null while it runs. */
  readonly ended_at: string | null;
  readonly outcome: AttemptRecord['outcome'] | 'UNKNOWN';
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface StatsJson {
  readonly statuses: Readonly<Record<string, { readonly files: number; readonly bytes: number }>>;
  /** FAILED files by reason, most frequent first. */
  readonly errors: readonly { readonly code: string; readonly files: number }[];
  /** Seconds that the oldest PENDING file has waited since it was due. */
  readonly oldest_pending_seconds: number;
  readonly workers: readonly WorkerJson[];
  /** From the registration of a file to the claim that completed it, of the latest 1,000 results; null without any. */
  readonly wait_seconds: DurationsJson | null;
  /** From that claim to the result. */
  readonly processing_seconds: DurationsJson | null;
  /** How the metadata service that answered finds PostgreSQL; null from one of a release before. */
  readonly database: DatabaseStateJson | null;
  /** What uploads hold that were begun and are not finished; null while nobody can tell, absent in events. */
  readonly incomplete_uploads?: IncompleteUploadsJson | null | undefined;
}

export interface IncompleteUploadsJson {
  readonly uploads: number;
  readonly bytes: number;
  readonly max_uploads: number;
  /** null when the volume does not tell its size. */
  readonly max_bytes: number | null;
  /** Those that hold most, first. */
  readonly callers: readonly { readonly address: string; readonly uploads: number; readonly bytes: number }[];
}

interface DatabaseStateJson {
  /** A pooler stands between, and no session is the service's own. */
  readonly pooled: boolean;
  /** PostgreSQL tells the service of changes; otherwise it looks for them itself. */
  readonly notified: boolean;
  /** PostgreSQL's clock, and that of the service at the same moment. */
  readonly now: string | null;
  readonly service_now: string | null;
  /** The latest step of PostgreSQL's clock that the service has seen; seconds are negative when it was set back. */
  readonly latest_step: { readonly at: string | null; readonly seconds: number } | null;
}

interface DurationsJson {
  readonly p50: number;
  readonly p95: number;
}

interface WorkerJson {
  readonly name: string;
  readonly started_at: string | null;
  readonly seen_at: string | null;
  /** Its threads. */
  readonly slots: number;
  /** Those of them that analyse something. */
  readonly busy: number;
  readonly source: string;
}

export interface DependencyJson {
  readonly service: string;
  /** Which of several workers. */
  readonly instance: string;
  readonly part: string;
  readonly state: 'OK' | 'FAILING';
  readonly code: string | null;
  readonly detail: string | null;
  readonly since: string | null;
}

/** A file beside what its analysis found. */
export function fileToJson(file: File, result?: Result | null): FileWithResultJson {
  return { ...fileStateToJson(file), result: result ? outputOf(result) : null };
}

/** A file alone, for lists: says nothing of results. */
export function fileStateToJson(file: File): FileJson {
  return {
    id: file.id,
    filename: file.filename,
    path: file.path,
    size: Number(file.size),
    mime_type: file.mimeType,
    status: statusWord(file.status) ?? 'UNKNOWN',
    attempt: file.attempt,
    max_attempts: file.maxAttempts,
    created_at: time(file.createdAt),
    updated_at: time(file.updatedAt),
    completed_at: time(file.completedAt),
    sha256: file.sha256 || null,
    error: file.error ? { code: file.error.code, message: file.error.message } : null,
  };
}

export function resultToJson(result: Result): ResultJson {
  return {
    id: result.id,
    file_id: result.fileId,
    created_at: time(result.createdAt),
    filename: result.filename,
    path: result.path,
    output: outputOf(result),
  };
}

export function attemptToJson(attempt: Attempt): AttemptJson {
  const { number, worker, claimedAt, endedAt, outcome, error } = attempt;
  return {
    number,
    worker,
    claimed_at: time(claimedAt),
    ended_at: time(endedAt),
    outcome: attemptOutcomes.find((word) => Attempt_Outcome[word] === outcome) ?? 'UNKNOWN',
    error: error ? { code: error.code, message: error.message } : null,
  };
}

const attemptOutcomes = ['RUNNING', 'COMPLETED', 'FAILED', 'EXPIRED'] as const;

export function statsToJson(stats: GetStatsResponse): StatsJson {
  return {
    statuses: Object.fromEntries(
      stats.statuses.map(({ status, files, bytes }) => [
        statusWord(status) ?? 'UNKNOWN',
        { files: Number(files), bytes: Number(bytes) },
      ]),
    ),
    errors: stats.errors.map(({ code, files }) => ({ code, files: Number(files) })),
    oldest_pending_seconds: stats.oldestPendingSeconds,
    workers: stats.workers.map(({ name, startedAt, seenAt, slots, busy, source }) => ({
      name,
      started_at: time(startedAt),
      seen_at: time(seenAt),
      slots,
      busy,
      source,
    })),
    wait_seconds: durations(stats.wait),
    processing_seconds: durations(stats.processing),
    database: databaseState(stats.database),
  };
}

function databaseState(state: GetStatsResponse_DatabaseState | undefined): DatabaseStateJson | null {
  if (state === undefined) return null;
  const { pooled, notified, now, serviceNow, latestStep } = state;
  const step = latestStep === undefined ? null : { at: time(latestStep.at), seconds: latestStep.seconds };
  return { pooled, notified, now: time(now), service_now: time(serviceNow), latest_step: step };
}

export function incompleteToJson(incomplete: GetIncompleteUploadsResponse): IncompleteUploadsJson {
  const { uploads, bytes, maxUploads, maxBytes, callers } = incomplete;
  return {
    uploads: Number(uploads),
    bytes: Number(bytes),
    max_uploads: Number(maxUploads),
    max_bytes: maxBytes === 0n ? null : Number(maxBytes),
    callers: callers.map(({ address, ...held }) => ({
      address,
      uploads: Number(held.uploads),
      bytes: Number(held.bytes),
    })),
  };
}

/** What a service depends on, as it sees it. */
export function dependencyToJson({ service, instance, part, state, code, detail, since }: Dependency): DependencyJson {
  const isFailing = state === Dependency_State.FAILING;
  const trouble = { code: code || null, detail: detail || null, since: time(since) };
  return { service, instance, part, state: isFailing ? 'FAILING' : 'OK', ...trouble };
}

function durations(known: GetStatsResponse_Durations | undefined): DurationsJson | null {
  return known === undefined ? null : { p50: known.p50Seconds, p95: known.p95Seconds };
}

function outputOf(result: Result): OutputData {
  return JSON.parse(result.outputJson) as OutputData;
}

function time(timestamp: Timestamp | undefined): string | null {
  return timestamp === undefined ? null : timestampDate(timestamp).toISOString();
}
