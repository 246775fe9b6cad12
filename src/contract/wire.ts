import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { AttemptRecord, ClaimedFile, FileRecord, ResultRecord } from '#domain/file.ts';
import { fileStatuses, type FileStatus as StatusWord } from '#domain/file-state.ts';
import type { StoreReport } from '#domain/store-fault.ts';
import type { ClaimedFiles, ClaimedFilesSchema } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { type FileSchema, FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { Attempt_Outcome, type AttemptSchema } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { ResultSchema } from '#gen/filemill/v1/result_service_pb.ts';
import { Dependency_State, type DependencySchema } from '#gen/filemill/v1/system_service_pb.ts';

/** How the domain's records look on the wire. */

export function fileToMessage(file: FileRecord): MessageInitShape<typeof FileSchema> {
  return {
    ...file,
    size: BigInt(file.size),
    status: FileStatus[file.status],
    createdAt: timestampFromDate(file.createdAt),
    updatedAt: timestampFromDate(file.updatedAt),
    ...(file.completedAt === null ? { completedAt: undefined } : { completedAt: timestampFromDate(file.completedAt) }),
    sha256: file.sha256 ?? '',
    declaredSha256: file.declaredSha256 ?? '',
    ...(file.errorCode === null ? {} : { error: { code: file.errorCode, message: file.errorMessage ?? '' } }),
    worker: file.worker ?? '',
  } as MessageInitShape<typeof FileSchema>;
}

export function attemptToMessage(attempt: AttemptRecord): MessageInitShape<typeof AttemptSchema> {
  const { claimedAt, endedAt, errorCode, errorMessage } = attempt;
  return {
    fileId: attempt.fileId,
    number: attempt.number,
    worker: attempt.worker ?? '',
    outcome: Attempt_Outcome[attempt.outcome],
    ...(claimedAt !== null && { claimedAt: timestampFromDate(claimedAt) }),
    ...(endedAt !== null && { endedAt: timestampFromDate(endedAt) }),
    ...(errorCode !== null && { error: { code: errorCode, message: errorMessage ?? '' } }),
  };
}

/** How a store is for a service; `instance` tells several workers apart. */
export function dependencyToMessage(
  { store, fault }: StoreReport,
  service: string,
  instance = '',
): MessageInitShape<typeof DependencySchema> {
  if (fault === undefined) return { service, instance, part: store, state: Dependency_State.OK };
  const { code, kind, sentence: detail, since } = fault;
  const lasting = kind === 'operator';
  const failing = { state: Dependency_State.FAILING, code, detail, lasting, since: timestampFromDate(since) };
  return { service, instance, part: store, ...failing };
}

/** `COMPLETED` for FILE_STATUS_COMPLETED; undefined for a number that this version does not know. */
export function statusWord(status: number): StatusWord | undefined {
  return fileStatuses.find((word) => FileStatus[word] === status);
}

export function optionalDate(timestamp: Timestamp | undefined): Date | undefined {
  return timestamp === undefined ? undefined : timestampDate(timestamp);
}

export function resultToMessage(result: ResultRecord): MessageInitShape<typeof ResultSchema> {
  const output = JSON.parse(result.outputJson) as {
    mime_type: string;
    word_count: number | null;
    sha256: string;
    size: number;
  };
  return {
    id: result.id,
    fileId: result.fileId,
    createdAt: timestampFromDate(result.createdAt),
    filename: result.filename,
    path: result.path,
    mimeType: output.mime_type,
    ...(output.word_count === null ? {} : { wordCount: BigInt(output.word_count) }),
    sha256: output.sha256,
    size: BigInt(output.size),
    outputJson: result.outputJson,
  };
}

export function claimedFilesToMessage(files: readonly ClaimedFile[]): MessageInitShape<typeof ClaimedFilesSchema> {
  return {
    ids: files.map(({ id }) => id),
    storageKeys: files.map(({ storageKey }) => storageKey),
    filenames: files.map(({ filename }) => filename),
    sizes: files.map(({ size }) => BigInt(size)),
    declaredSha256s: files.map(({ declaredSha256 }) => declaredSha256 ?? ''),
    attempts: files.map(({ attempt }) => attempt),
    alone: files.map(({ alone }) => alone),
  };
}

/** @param leaseToken of the call that this answers */
export function claimedFilesFromMessage(files: ClaimedFiles | undefined, leaseToken: string): ClaimedFile[] {
  if (files === undefined) return [];
  return files.ids.map((id, n) => ({
    id,
    leaseToken,
    storageKey: files.storageKeys[n] ?? '',
    filename: files.filenames[n] ?? '',
    size: Number(files.sizes[n] ?? 0n),
    declaredSha256: files.declaredSha256s[n] || null,
    attempt: files.attempts[n] ?? 0,
    alone: files.alone[n] ?? false,
  }));
}
