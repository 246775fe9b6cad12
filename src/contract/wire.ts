import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { defaultTenant } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import {
  type AttemptRecord,
  type ClaimedFile,
  type FieldKind,
  type FileRecord,
  type FoundSummary,
  fieldsOf,
  fileFields,
  type ListedFile,
  type NewFile,
  newFileFields,
  type ResultRecord,
} from '#domain/file.ts';
import { fileStatuses, type FileStatus as StatusWord } from '#domain/file-state.ts';
import type { Priority } from '#domain/priority.ts';
import type { StoreReport } from '#domain/store-fault.ts';
import { timeOfUuid } from '#domain/uuid.ts';
import type {
  ClaimedFiles,
  ClaimedFilesSchema,
  CreateFilesRequest,
  CreateFilesRequestSchema,
} from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { type FileSchema, FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { Attempt_Outcome, type AttemptSchema } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { ResultSchema } from '#gen/filemill/v1/result_service_pb.ts';
import { Dependency_Link, Dependency_State, type DependencySchema } from '#gen/filemill/v1/system_service_pb.ts';
import { isEncrypted, languageOf } from './findings.ts';
import { requireBatch, requireColumns } from './requests.ts';
import type { Json } from './schemas.ts';

/** Conversions between the records of the domain and gRPC messages. */

const messageValues: Readonly<Record<FieldKind, (value: never) => unknown>> = {
  uuid: (text: string) => text,
  text: (text: string) => text,
  'text?': (text: string | null) => text ?? '',
  tenant: (text: string) => text,
  priority: (priority: Priority | null) => priority ?? 'normal',
  bytes: (bytes: number) => BigInt(bytes),
  count: (count: number) => count,
  status: (word: StatusWord) => FileStatus[word],
  time: (date: Date) => timestampFromDate(date),
  'time?': (date: Date | null) => (date === null ? undefined : timestampFromDate(date)),
};

const { errorCode, errorMessage, ...plainFields } = fileFields;
const sentFields = fieldsOf(plainFields);

export function fileToMessage({
  found,
  ...file
}: FileRecord & Partial<ListedFile>): MessageInitShape<typeof FileSchema> {
  const message = sentFields.map(([field, kind]) => [field, messageValues[kind](file[field] as never)]);
  const error = file.errorCode === null ? undefined : { code: file.errorCode, message: file.errorMessage ?? '' };
  return { ...Object.fromEntries(message), error, found: found ? summaryToMessage(found) : undefined };
}

function summaryToMessage({ description, wordCount, pages, language }: FoundSummary) {
  const count = (value: number | null) => (value === null ? undefined : BigInt(value));
  return {
    ...{ description: description ?? '', language: language ?? '' },
    ...{ wordCount: count(wordCount), pages: count(pages) },
  };
}

const newFields = fieldsOf(newFileFields);

const irregular = { batch: 'batches', priority: 'priorities' } as const;

type Plural<Field extends string> = Field extends keyof typeof irregular ? (typeof irregular)[Field] : `${Field}s`;

/** The name of a column. */
function plural<Field extends string>(field: Field): Plural<Field> {
  return (field in irregular ? irregular[field as keyof typeof irregular] : `${field}s`) as Plural<Field>;
}

export function newFilesToMessage(files: readonly NewFile[]): MessageInitShape<typeof CreateFilesRequestSchema> {
  const columns = newFields.map(([field, kind]) => [plural(field), sentColumn(files, field, kind)]);
  return Object.fromEntries(columns);
}

/** A field that no file of the batch has is left out. */
function sentColumn(files: readonly NewFile[], field: keyof NewFile, kind: FieldKind): unknown[] {
  if (kind === 'text?' && files.every((file) => file[field] === null)) return [];
  return files.map((file) => messageValues[kind](file[field] as never));
}

/** @throws FilemillError REQUEST_INVALID unless all columns have one length; a client of an earlier release omits new ones */
export function newFilesFromMessage(request: CreateFilesRequest): NewFile[] {
  const columns = newFields.map(([field, kind]) => [field, kind, request[plural(field)]] as const);
  const length = requireBatch(request.ids, 'ids').length;
  const sent = columns.filter(([, kind, values]) => !mayLack.has(kind) || values.length > 0);
  requireColumns(length, Object.fromEntries(sent.map(([field, , values]) => [plural(field), values])));
  return request.ids.map((_, n) => {
    const file: Partial<Record<keyof NewFile, unknown>> = {};
    for (const [field, kind, values] of columns) file[field] = ofNew[kind](values[n] as never);
    return file as NewFile;
  });
}

/** The kinds of fields that were added later. */
const mayLack: ReadonlySet<FieldKind> = new Set(['text?', 'tenant']);

const ofNew = {
  uuid: (text: string) => text.toLowerCase(),
  text: (text: string) => text,
  'text?': (text: string | undefined) => text || null,
  tenant: (text: string | undefined) => text || defaultTenant,
  bytes: Number,
} as const;

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

/** The state of a store as a service sees it; `instance` distinguishes workers. */
export function dependencyToMessage(
  { store, fault, link, version = '' }: StoreReport,
  service: string,
  instance = '',
): MessageInitShape<typeof DependencySchema> {
  const known = { service, instance, part: store, version, link: Dependency_Link[link ?? 'UNSPECIFIED'] };
  if (fault === undefined) return { ...known, state: Dependency_State.OK };
  const { code, kind, sentence: detail, since } = fault;
  const lasting = kind === 'operator';
  const failing = { state: Dependency_State.FAILING, code, detail, lasting, since: timestampFromDate(since) };
  return { ...known, ...failing };
}

/** Where the settings say to work without Redis. */
export function unusedRedis(service: string): MessageInitShape<typeof DependencySchema> {
  const detail = 'FILEMILL_REDIS_URL is `none`: files are dispatched through PostgreSQL.';
  return { service, part: 'redis', state: Dependency_State.UNUSED, detail };
}

/** `COMPLETED` for FILE_STATUS_COMPLETED; undefined for a number that this release does not know. */
export function statusWord(status: number): StatusWord | undefined {
  return fileStatuses.find((word) => FileStatus[word] === status);
}

/** @throws FilemillError REQUEST_INVALID for a time that no timestamp may have: it ends with the year 9999 */
export function optionalDate(timestamp: Timestamp | undefined): Date | undefined {
  if (timestamp === undefined) return undefined;
  const date = timestampDate(timestamp);
  const year = date.getUTCFullYear();
  if (year >= 1 && year <= 9_999) return date;
  throw new FilemillError('REQUEST_INVALID', 'The request holds a time that is out of range.');
}

/** When a file was registered that has this id; undefined without one. */
export function timeOfId(id: string | undefined): Timestamp | undefined {
  return id === undefined ? undefined : timestampFromDate(timeOfUuid(id));
}

export function resultToMessage(result: ResultRecord): MessageInitShape<typeof ResultSchema> {
  const output = JSON.parse(result.outputJson) as Json<'Output'>;
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
    ...identification(output),
    language: languageOf(output) ?? '',
    encrypted: isEncrypted(output),
  };
}

/** What results of earlier versions lack stays unset. */
function identification(output: Json<'Output'>): MessageInitShape<typeof ResultSchema> {
  const { description, confidence, extension_mismatch: extensionMismatch, word_count_of, charset } = output;
  return {
    ...(description !== undefined && { description }),
    ...(confidence !== undefined && { confidence }),
    ...(extensionMismatch !== undefined && { extensionMismatch }),
    wordCountOf: word_count_of ?? '',
    charset: charset ?? '',
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
    requestIds: files.map(({ requestId }) => requestId ?? ''),
    traceparents: files.some(({ traceparent }) => traceparent !== null)
      ? files.map(({ traceparent }) => traceparent ?? '')
      : [],
  };
}

/** @param leaseToken the token of the call */
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
    requestId: files.requestIds[n] || null,
    traceparent: files.traceparents[n] || null,
  }));
}
