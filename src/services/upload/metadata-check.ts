import type { RpcChannel } from '#client/rpc-client.ts';
import { FilemillError } from '#domain/errors.ts';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.ts';
import { remembered } from './remembered.ts';

const rememberMs = 500;
const timeoutMs = 3_000;

/**
 * Resolves while the metadata service can register files.
 *
 * @throws FilemillError UNAVAILABLE
 */
export function metadataCheck(metadata: RpcChannel): () => Promise<void> {
  const health = metadata.client(Health);
  return remembered(rememberMs, async () => {
    const { status } = await health.check({}, { timeoutMs }).catch((cause: unknown) => {
      throw new FilemillError('UNAVAILABLE', 'The metadata service is not reachable.', { cause });
    });
    if (status !== ServingStatus.SERVING)
      throw new FilemillError('UNAVAILABLE', 'The metadata service is not ready: its database may be away.');
  });
}
