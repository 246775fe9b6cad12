import { reachOf } from '#domain/access.ts';
import type { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import { ttlMemo } from '#platform/ttl-memo.ts';
import type { UploadEvictor } from '../duties/upload-evictor.ts';
import { tallyOf } from '../resumable/incomplete-uploads.ts';

export interface IncompleteUploadsContext {
  readonly incomplete: Pick<UploadEvictor, 'survey'>;
}

/** A survey reads the note of every upload. */
const surveyTtlMs = 5_000;
const maxCallers = 10;

export function getIncompleteUploads({
  incomplete,
}: IncompleteUploadsContext): ServiceHandlers<typeof UploadService>['getIncompleteUploads'] {
  const survey = ttlMemo(surveyTtlMs, () => incomplete.survey());
  return async (_, { caller }) => {
    const { uploads: all, maxUploads, maxBytes } = await survey();
    const reach = reachOf(caller);
    const { uploads, bytes, callers } = tallyOf(all.filter(({ tenant }) => reach === undefined || tenant === reach));
    return {
      uploads: BigInt(uploads),
      bytes: BigInt(bytes),
      maxUploads: BigInt(maxUploads),
      maxBytes: BigInt(maxBytes),
      callers: callers
        .slice(0, maxCallers)
        .map((caller) => ({ address: caller.address, uploads: BigInt(caller.uploads), bytes: BigInt(caller.bytes) })),
    };
  };
}
