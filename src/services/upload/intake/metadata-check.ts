import { FilemillError } from '#domain/errors.ts';
import { Dependency_State as State, SystemService } from '#gen/filemill/v1/system_service_pb.ts';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.ts';
import type { RpcChannel } from '#platform/rpc/client.ts';
import { remembered } from './remembered.ts';

const rememberMs = 500;
const timeoutMs = 3_000;

/**
 * Resolves while the metadata service can register files.
 *
 * @throws FilemillError UNAVAILABLE; it names the store that keeps the metadata service from its work
 */
export function metadataCheck(metadata: RpcChannel): () => Promise<void> {
  const health = metadata.client(Health);
  const system = metadata.client(SystemService);
  return remembered(rememberMs, async () => {
    const { status } = await health.check({}, { timeoutMs }).catch((cause: unknown) => {
      throw new FilemillError('UNAVAILABLE', 'The metadata service is not reachable.', { cause });
    });
    if (status === ServingStatus.SERVING) return;
    const { dependencies } = await system.getDependencies({}, { timeoutMs }).catch(() => ({ dependencies: [] }));
    const failing = dependencies.find(({ part, state }) => part === 'postgresql' && state === State.FAILING);
    if (failing === undefined)
      throw new FilemillError('UNAVAILABLE', 'The metadata service is not ready: its database may be away.');
    const { code, detail, part, lasting } = failing;
    throw new FilemillError(lasting ? 'STORE_REFUSES' : 'UNAVAILABLE', detail, { facts: { part, code } });
  });
}
