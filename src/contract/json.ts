import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { defaultTenant } from '#domain/access.ts';
import { type FieldKind, type FileRecord, fieldsOf, fileFields, snakeCase } from '#domain/file.ts';
import { facetNames } from '#domain/file-facets.ts';
import { workerStates } from '#domain/worker-state.ts';
import type { Caller, Token } from '#gen/filemill/v1/access_service_pb.ts';
import type { File, FileStatus } from '#gen/filemill/v1/file_pb.ts';
import {
  type Attempt,
  Attempt_Outcome,
  type CountFilesResponse,
  type GetStatsResponse,
  type GetStatsResponse_DatabaseState,
  type GetStatsResponse_Durations,
  type GetStatsResponse_WorkerState,
} from '#gen/filemill/v1/metadata_service_pb.ts';
import type { Result } from '#gen/filemill/v1/result_service_pb.ts';
import { type Dependency, Dependency_Link, Dependency_State } from '#gen/filemill/v1/system_service_pb.ts';
import type { GetIncompleteUploadsResponse } from '#gen/filemill/v1/upload_service_pb.ts';
import { identityFromMessage, scopesFrom } from './callers.ts';
import type {
  AttemptJson,
  DatabaseStateJson,
  DependencyJson,
  DurationsJson,
  FileJson,
  FileWithResultJson,
  IncompleteUploadsJson,
  Json,
  ResultJson,
  StatsJson,
  TokenJson,
} from './schemas.ts';
import { statusWord } from './wire.ts';

/** Conversions from gRPC messages to the public JSON of schemas.ts. */

/** A file with the output of its analysis. */
export function fileToJson(file: File, result?: Result | null): FileWithResultJson {
  return { ...fileStateToJson(file), result: result ? outputOf(result) : null };
}

export function callerToJson(caller: Caller | undefined): Json<'Caller'> {
  const { kind, id, name, tenant, scopes } = identityFromMessage(caller);
  return { kind, id, name, tenant, scopes: [...scopes], expires_at: time(caller?.expiresAt) };
}

export function tokenToJson({ id, name, owner, tenant, scopes, ...times }: Token): TokenJson {
  return {
    ...{ id, name, owner, tenant, scopes: [...scopesFrom(scopes)] },
    created_at: time(times.createdAt),
    expires_at: time(times.expiresAt),
    last_used_at: time(times.lastUsedAt),
    revoked_at: time(times.revokedAt),
  };
}

const { errorCode, errorMessage, declaredSha256, worker, ...shown } = fileFields;
const shownFields = fieldsOf(shown).map(([field, kind]) => ({ field, kind, key: snakeCase(field) }));

/** A file without its result, for lists. */
export function fileStateToJson(file: File): FileJson {
  const fields = shownFields.map(({ field, kind, key }) => [key, jsonValues[kind](file[field] as never)]);
  const error = file.error ? { code: file.error.code, message: file.error.message } : null;
  return { ...Object.fromEntries(fields), error };
}

/** A file of a list that shows what was found. */
export function listedFileToJson(file: File): FileJson {
  const { found } = file;
  const shown = found && {
    description: found.description || null,
    word_count: numberOrNull(found.wordCount),
    pages: numberOrNull(found.pages),
    language: found.language || null,
  };
  return { ...fileStateToJson(file), found: shown ?? null };
}

function numberOrNull(value: bigint | undefined): number | null {
  return value === undefined ? null : Number(value);
}

export function fileCountsToJson({
  files,
  bytes,
  capped,
  facets,
  countedFrom,
}: CountFilesResponse): Json<'FileCounts'> {
  const valuesOf = (name: string) => facets.find((facet) => facet.name === name)?.values ?? [];
  const shown = facetNames.map((name) => [
    name,
    valuesOf(name).map(({ value, files }) => ({ value, files: Number(files) })),
  ]);
  return {
    files: Number(files),
    bytes: Number(bytes),
    capped,
    counted_from: time(countedFrom),
    facets: Object.fromEntries(shown),
  };
}

/** The public JSON of a file, made from its record. */
export function recordToJson(file: FileRecord): FileJson {
  const entries = shownFields.map(({ field, kind, key }) => {
    const value = kind === 'priority' ? (file[field] ?? 'normal') : file[field];
    return [key, value instanceof Date ? value.toISOString() : value];
  });
  const error = file.errorCode === null ? null : { code: file.errorCode, message: file.errorMessage ?? '' };
  return { ...Object.fromEntries(entries), error };
}

const jsonValues: Readonly<Record<FieldKind, (value: never) => unknown>> = {
  uuid: (text: string) => text,
  text: (text: string) => text,
  'text?': (text: string) => text || null,
  tenant: (text: string) => text || defaultTenant,
  priority: (text: string) => text || 'normal',
  bytes: Number,
  count: (count: number) => count,
  status: (status: FileStatus) => statusWord(status) ?? 'UNKNOWN',
  time,
  'time?': time,
};

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
    workers: stats.workers.map(workerToJson),
    wait_seconds: durations(stats.wait),
    processing_seconds: durations(stats.processing),
    database: databaseState(stats.database),
  };
}

export function workerToJson(worker: GetStatsResponse_WorkerState): Json<'Worker'> {
  const { name, startedAt, seenAt, slots, busy, source, state } = worker;
  const [started_at, seen_at] = [time(startedAt), time(seenAt)];
  // A metadata service of an earlier version does not say.
  return { name, started_at, seen_at, slots, busy, source, state: workerStates[state - 1] ?? 'WORKING' };
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

const links = ['LOCAL', 'CLEAR_TEXT', 'UNVERIFIED', 'TLS'] as const;

/** A dependency as a service sees it. */
export function dependencyToJson(dependency: Dependency): DependencyJson {
  const { service, instance, part, state, code, detail, since, version } = dependency;
  const word = state === Dependency_State.FAILING ? 'FAILING' : state === Dependency_State.UNUSED ? 'UNUSED' : 'OK';
  const trouble = { code: code || null, detail: detail || null, since: time(since) };
  const link = links.find((word) => Dependency_Link[word] === dependency.link) ?? null;
  return { service, instance, part, state: word, version: version || null, ...trouble, link };
}

function durations(known: GetStatsResponse_Durations | undefined): DurationsJson | null {
  return known === undefined ? null : { p50: known.p50Seconds, p95: known.p95Seconds };
}

function outputOf(result: Result): Json<'Output'> {
  return JSON.parse(result.outputJson) as Json<'Output'>;
}

function time(timestamp: Timestamp | undefined): string | null {
  return timestamp === undefined ? null : timestampDate(timestamp).toISOString();
}
