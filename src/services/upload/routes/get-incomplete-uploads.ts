import type { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import type { UploadEvictor } from '../duties/upload-evictor.ts';
import { ttlMemo } from '../intake/ttl-memo.ts';

export interface IncompleteUploadsContext {
  readonly incomplete: Pick<UploadEvictor, 'tally'>;
}

/** A tally reads the note of every upload. */
const tallyTtlMs = 5_000;
const maxCallers = 10;

export function getIncompleteUploads({
  incomplete,
}: IncompleteUploadsContext): ServiceHandlers<typeof UploadService>['getIncompleteUploads'] {
  const tally = ttlMemo(tallyTtlMs, () => incomplete.tally());
  return async () => {
    const { uploads, bytes, maxUploads, maxBytes, callers } = await tally();
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
