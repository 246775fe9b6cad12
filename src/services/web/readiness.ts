import { FilemillError } from '#domain/errors.ts';
import { HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.ts';
import type { Backend } from './backend.ts';

export interface MissingPart {
  readonly part: 'upload' | 'metadata' | 'result' | 'worker';
  readonly detail: string;
}

/** A part that takes longer than this is as good as gone. */
const partTimeoutMs = 3_000;

/** The parts of the whole system that do not answer; none when a file sent now would be analysed. */
export async function missingParts(backend: Backend): Promise<readonly MissingPart[]> {
  const timeoutMs = partTimeoutMs;
  const [upload, metadata, result] = await Promise.allSettled([
    uploadAnswers(backend),
    backend.metadata.getStats({ workersOnly: true }, { timeoutMs }),
    backend.result.listResults({ pageSize: 1 }, { timeoutMs }),
  ]);
  const missing: MissingPart[] = [];
  if (upload.status === 'rejected') missing.push({ part: 'upload', detail: messageOf(upload.reason) });
  if (metadata.status === 'rejected') {
    missing.push({ part: 'metadata', detail: messageOf(metadata.reason) });
    missing.push({ part: 'worker', detail: 'Workers are known to metadata alone, which does not answer.' });
  } else if (metadata.value.workers.length === 0)
    missing.push({ part: 'worker', detail: 'No worker has reported within the last 15 seconds.' });
  if (result.status === 'rejected') missing.push({ part: 'result', detail: messageOf(result.reason) });
  return missing;
}

/** @throws FilemillError UNAVAILABLE when the public gRPC port is away, or says that it is not serving */
export async function uploadAnswers(backend: Backend): Promise<void> {
  const { status } = await backend.health.check({}, { timeoutMs: partTimeoutMs });
  if (status !== ServingStatus.SERVING) throw new FilemillError('UNAVAILABLE', 'upload answers that it is not ready.');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
