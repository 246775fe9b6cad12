import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { FilemillError } from '#domain/errors.ts';
import { type EndedStatus, endedStatuses, type Forecast, type RetentionRule } from '#domain/retention.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import type {
  GetForecastResponse,
  GetForecastResponse_Removable,
  GetForecastResponseSchema,
  RetentionRuleSchema,
  RetentionRule as RuleMessage,
} from '#gen/filemill/v1/retention_service_pb.ts';
import type { Json } from './schemas.ts';

/** Conversions between retention rules, gRPC messages and JSON. */

export function ruleToMessage(rule: RetentionRule): MessageInitShape<typeof RetentionRuleSchema> {
  const { id, tenant, status, keepFiles, keepBytes, isDefault, isRemoved } = rule;
  return {
    ...{ id, tenant: tenant ?? '', status: statusToMessage(status), isDefault, isRemoved },
    ...keepingToMessage({ keepFiles, keepBytes }),
    changedAt: timestampFromDate(rule.changedAt),
    actsAt: timestampFromDate(rule.actsAt),
  };
}

/** The fields of both a rule and the request for one. */
export function keepingToMessage({ keepFiles, keepBytes }: Pick<RetentionRule, 'keepFiles' | 'keepBytes'>) {
  return {
    ...(keepFiles !== null && { keepFilesSeconds: BigInt(keepFiles) }),
    ...(keepBytes !== null && { keepBytesSeconds: BigInt(keepBytes) }),
  };
}

export function statusToMessage(status: EndedStatus | null): FileStatus {
  return FileStatus[status ?? 'UNSPECIFIED'];
}

/** @throws FilemillError REQUEST_INVALID */
export function statusFromMessage(status: FileStatus): EndedStatus | null {
  if (status === FileStatus.UNSPECIFIED) return null;
  const word = endedStatuses.find((one) => FileStatus[one] === status);
  if (word !== undefined) return word;
  throw new FilemillError(
    'REQUEST_INVALID',
    `\`status\` must be ${endedStatuses.join(' or ')}: only ended files are removed.`,
  );
}

/** @throws FilemillError INTERNAL */
export function ruleToJson(rule: RuleMessage | undefined): Json<'RetentionRule'> {
  if (rule === undefined) throw new FilemillError('INTERNAL', 'The answer about a retention rule is empty.');
  const { id, tenant, status, keepFilesSeconds, keepBytesSeconds, isDefault, isRemoved } = rule;
  return {
    id,
    tenant: tenant || null,
    status: statusFromMessage(status),
    keep_files_seconds: keepFilesSeconds === undefined ? null : Number(keepFilesSeconds),
    keep_bytes_seconds: keepBytesSeconds === undefined ? null : Number(keepBytesSeconds),
    is_default: isDefault,
    changed_at: time(rule.changedAt),
    acts_at: time(rule.actsAt),
    is_removed: isRemoved,
  };
}

export function forecastToMessage({
  files,
  bytes,
  nextAt,
}: Forecast): MessageInitShape<typeof GetForecastResponseSchema> {
  return {
    files: removableToMessage(files),
    bytes: removableToMessage(bytes),
    ...(nextAt !== null && { nextAt: timestampFromDate(nextAt) }),
  };
}

function removableToMessage({ files, bytes, oldestEndedAt, hasMore }: Forecast['files']) {
  return {
    ...{ files: BigInt(files), bytes: BigInt(bytes), hasMore },
    ...(oldestEndedAt !== null && { oldestEndedAt: timestampFromDate(oldestEndedAt) }),
  };
}

export function forecastToJson({ files, bytes, nextAt }: GetForecastResponse): Json<'RetentionForecast'> {
  return { files: removableToJson(files), bytes: removableToJson(bytes), next_at: time(nextAt) };
}

function removableToJson(removable: GetForecastResponse_Removable | undefined) {
  return {
    files: Number(removable?.files ?? 0n),
    bytes: Number(removable?.bytes ?? 0n),
    oldest_ended_at: time(removable?.oldestEndedAt),
    has_more: removable?.hasMore ?? false,
  };
}

function time(at: Timestamp | undefined): string | null {
  return at === undefined ? null : timestampDate(at).toISOString();
}
