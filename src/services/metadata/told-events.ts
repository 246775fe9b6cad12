import { type AttemptEvents, type EndedAttempt, type FileEvents, tellAll } from '#domain/file-events.ts';
import type { Logger } from '#platform/logger.ts';
import { fileFailed, measuredFiles } from '#platform/telemetry/events.ts';
import { traceContextFrom } from '#platform/telemetry/trace-context.ts';
import { startChild } from '#platform/telemetry/traces.ts';

/**
 * Tells the metrics, the history, the log and the traces what became of files. No worker could say that a file is FAILED, as
 * none knows which attempt is the last, nor that it fell silent itself.
 */
export function toldEvents(logger: Logger, history: FileEvents): FileEvents & AttemptEvents {
  const all = tellAll(measuredFiles, history);
  return {
    ...all,
    failed(files) {
      all.failed(files);
      for (const file of files) fileFailed(logger, file);
    },
    expired(attempts) {
      for (const attempt of attempts) recordExpired(attempt);
    },
  };
}

/** A worker that was killed sends no span of its attempt. A worker that was only cut off sends its own beside this one. */
function recordExpired({ id, attempt, worker, claimedAt, errorCode, traceparent }: EndedAttempt): void {
  const heldMs = claimedAt === null ? 0 : Date.now() - claimedAt.getTime();
  const span = startChild('attempt', traceContextFrom(traceparent), {
    kind: 'consumer',
    beganAt: performance.now() - heldMs,
    attributes: {
      'filemill.file.id': id,
      'filemill.attempt.number': attempt,
      'filemill.attempt.outcome': 'EXPIRED',
      'filemill.worker.name': worker ?? undefined,
    },
  });
  span?.fail(errorCode);
  span?.end();
}
