import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Batch } from '#domain/batch.ts';
import { FilemillError } from '#domain/errors.ts';
import { fileStatuses } from '#domain/file-state.ts';
import { isPriority, type Priority } from '#domain/priority.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import type { Batch as BatchMessage, BatchSchema } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { Json } from './schemas.ts';

export function batchToMessage(batch: Batch, filesPerSecond = 0): MessageInitShape<typeof BatchSchema> {
  const { tenant, name, createdAt, changedAt, paused, priority, files, errors, bytes, words } = batch;
  return {
    ...{ tenant, name, paused, filesPerSecond, priority: priority ?? 'normal' },
    createdAt: timestampFromDate(createdAt),
    changedAt: timestampFromDate(changedAt),
    statuses: fileStatuses.map((status) => ({ status: FileStatus[status], files: BigInt(files[status]) })),
    errors: Object.entries(errors)
      .toSorted(([, one], [, other]) => other - one)
      .map(([code, count]) => ({ code, files: BigInt(count) })),
    bytes: BigInt(bytes),
    words: BigInt(words),
  };
}

/** Services of earlier versions know of none. */
function priorityFromMessage(text: string): Priority {
  return isPriority(text) ? text : 'normal';
}

export function batchToJson(batch: BatchMessage | undefined): Json<'Batch'> {
  if (batch === undefined) throw new FilemillError('INTERNAL', 'The answer holds no batch.');
  const { tenant, name, paused, statuses, errors, bytes, words, filesPerSecond } = batch;
  const filesIn = (status: (typeof fileStatuses)[number]) =>
    Number(statuses.find((count) => count.status === FileStatus[status])?.files ?? 0n);
  const left = filesIn('PENDING') + filesIn('PROCESSING');
  return {
    ...{ name, tenant, paused },
    priority: priorityFromMessage(batch.priority),
    created_at: batch.createdAt ? timestampDate(batch.createdAt).toISOString() : null,
    changed_at: batch.changedAt ? timestampDate(batch.changedAt).toISOString() : null,
    files: {
      PENDING: filesIn('PENDING'),
      PAUSED: filesIn('PAUSED'),
      PROCESSING: filesIn('PROCESSING'),
      COMPLETED: filesIn('COMPLETED'),
      FAILED: filesIn('FAILED'),
    },
    errors: errors.map(({ code, files }) => ({ code, files: Number(files) })),
    bytes: Number(bytes),
    words: Number(words),
    files_per_second: filesPerSecond,
    seconds_left: left > 0 && filesPerSecond > 0 ? left / filesPerSecond : null,
  };
}
