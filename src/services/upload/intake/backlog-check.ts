import { FilemillError } from '#domain/errors.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { RpcChannel } from '#platform/rpc/client.ts';
import { remembered } from './remembered.ts';

const rememberMs = 1_000;
const timeoutMs = 3_000;

/**
 * Resolves while fewer than `max` files wait for a worker; 0 is no limit.
 *
 * @throws FilemillError OVERLOADED
 */
export function backlogCheck(metadata: RpcChannel, max: number): () => Promise<void> {
  if (max === 0) return async () => undefined;
  const { getStats } = metadata.client(MetadataService);
  const waiting = remembered(rememberMs, async () => {
    const { statuses } = await getStats({}, { timeoutMs });
    return Number(statuses.find(({ status }) => status === FileStatus.PENDING)?.files ?? 0n);
  });
  return async () => {
    const files = await waiting();
    if (files >= max) throw new FilemillError('OVERLOADED', `${files} files wait for a worker already.`);
  };
}
