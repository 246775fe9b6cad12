import { randomUUID } from 'node:crypto';
import { newFilesToMessage } from '#contract/wire.ts';
import type { CreateOutcome, NewFile } from '#domain/file.ts';
import {
  type CreateFilesResponse,
  FileLifecycleService,
  CreateFilesResponse_Outcome as Outcome,
} from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { Batcher } from '#platform/batcher.ts';
import type { Logger } from '#platform/logger.ts';
import type { RpcChannel } from '#platform/rpc/client.ts';
import { callShared } from '#platform/telemetry/events.ts';
import type { Span } from '#platform/telemetry/span.ts';
import { inSpans, startShared } from '#platform/telemetry/traces.ts';

/** With the longest allowed fields, a batch stays well below the largest message. */
const maxBatch = 500;

export type RequestedFile = NewFile & {
  readonly requestId: string;
  /** Of its registration, if its upload is traced. */
  readonly span?: Span | undefined;
};

/** Registers files with the metadata service; concurrent calls share one RPC. */
export class FileCreation {
  readonly #batcher: Batcher<RequestedFile, CreateOutcome>;

  constructor(metadata: RpcChannel, logger: Logger) {
    const lifecycle = metadata.client(FileLifecycleService);
    const create = async (files: readonly RequestedFile[]) => {
      const requestId = sharedRequestId(logger, files);
      const shared = startShared(
        'CreateFiles',
        files.map(({ span }) => span),
      );
      const request = newFilesToMessage(files);
      const call = () => lifecycle.createFiles(request, { requestId, trace: shared.trace });
      return toOutcomes(await inSpans([shared], call));
    };
    this.#batcher = new Batcher(create, { name: 'create', maxBatch });
  }

  /** Answers in the order of `files`; idempotent. @throws FilemillError when it is unknown whether they were created */
  createAll(files: readonly RequestedFile[]): Promise<readonly CreateOutcome[]> {
    return this.#batcher.addAll(files);
  }
}

/** A batch for one request carries its id; a batch for several gets an id of its own, and the log maps it to them. */
function sharedRequestId(logger: Logger, files: readonly RequestedFile[]): string {
  const ids = new Set(files.map(({ requestId }) => requestId));
  const [only = ''] = ids;
  if (ids.size === 1) return only;
  const shared = randomUUID();
  callShared(logger, 'CreateFiles', shared, ids);
  return shared;
}

function toOutcomes({ outcomes, ids, rejections }: CreateFilesResponse): CreateOutcome[] {
  const messages = rejections.values();
  return outcomes.map((outcome, n) => {
    const id = ids[n] ?? '';
    switch (outcome) {
      case Outcome.CREATED:
        return { outcome: 'CREATED', id };
      case Outcome.DUPLICATE:
        return { outcome: 'DUPLICATE', id };
      case Outcome.KEY_REUSED:
        return { outcome: 'KEY_REUSED', id };
      case Outcome.REJECTED:
        return { outcome: 'REJECTED', message: messages.next().value ?? '' };
      case Outcome.QUOTA_EXCEEDED:
        return { outcome: 'QUOTA_EXCEEDED', message: messages.next().value ?? '' };
      // An outcome of a later version does not say whether the row exists.
      default:
        throw new Error(`The metadata service answered with an unknown outcome ${outcome}`);
    }
  });
}
