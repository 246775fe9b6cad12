import type { MessageInitShape } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import type { UploadAnswerSchema, UploadManyRequest, UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { GatheringQueue } from '#platform/gathering-queue.ts';
import type { Logger } from '#platform/logger.ts';
import { toRpcStatus } from '#platform/rpc/errors.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import { fileRefused } from '#platform/telemetry/events.ts';
import { takeUntilAborted, withPaceLimit } from '../intake/stream-pace.ts';
import { ManyFiles, type ManyFilesContext, type Outcome } from '../many/many-files.ts';

export interface UploadManyContext extends ManyFilesContext {
  readonly streamIdleMs: number;
  /** Bytes per second of a file in pieces, measured over `streamIdleMs`; 0 for any. */
  readonly streamMinRate: number;
  /** Aborted when the service stops: streams are read no further, and what they brought is answered. */
  readonly stopping: AbortSignal;
}

/** Uploads many files. Outcomes that arise while an answer is being sent go out together in the next. */
export function uploadMany(context: UploadManyContext): ServiceHandlers<typeof UploadService>['uploadMany'] {
  return async function* (requests, call) {
    using _ = context.quotas.enter(call.caller.tenant);
    const outcomes = new GatheringQueue<Outcome>(maxAnswers);
    const files = new ManyFiles(context, call, (outcome) => outcomes.push(outcome));
    const reading = readAll(context, requests, files).finally(() => outcomes.close());
    // Its failure is reported below, after all answers.
    reading.catch(() => undefined);
    for await (const batch of outcomes.batches())
      yield { answers: batch.map((outcome) => toAnswer(outcome, context.logger, call.requestId)) };
    await reading;
  };
}

const maxAnswers = 1_000;

async function readAll(
  { streamIdleMs, streamMinRate, stopping }: UploadManyContext,
  requests: AsyncIterable<UploadManyRequest>,
  files: ManyFiles,
): Promise<void> {
  const paced = withPaceLimit(takeUntilAborted(stopping, requests), {
    // A client that waits for answers may have nothing to send.
    idleMs: () => (files.unanswered > 0 ? Number.POSITIVE_INFINITY : streamIdleMs),
    minRate: () => (files.comesInPieces ? streamMinRate : 0),
    bytesOf: ({ parts }) => parts.reduce((bytes, { content }) => bytes + content.length, 0),
  });
  try {
    for await (const { parts } of paced) await files.take(parts);
  } finally {
    await files.end();
  }
  if (stopping.aborted) throw new FilemillError('SHUTTING_DOWN');
}

function toAnswer(outcome: Outcome, logger: Logger, requestId: string): MessageInitShape<typeof UploadAnswerSchema> {
  const { sequence, answer } = outcome;
  if ('id' in answer) return { sequence, outcome: { case: 'file', value: answer } };
  const { refusal: error } = answer;
  fileRefused(logger, requestId, error);
  return { sequence, outcome: { case: 'error', value: toRpcStatus(error, requestId) } };
}
