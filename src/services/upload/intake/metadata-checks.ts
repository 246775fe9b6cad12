import { FilemillError } from '#domain/errors.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { Dependency_State as State, SystemService } from '#gen/filemill/v1/system_service_pb.ts';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.ts';
import type { RpcChannel } from '#platform/rpc/client.ts';
import { ttlMemo } from '#platform/ttl-memo.ts';

const healthTtlMs = 500;
const backlogTtlMs = 1_000;
const timeoutMs = 3_000;

/** Resolves while files can be registered. @throws FilemillError UNAVAILABLE, STORE_REFUSES; names the failing store */
export function metadataCheck(metadata: RpcChannel): () => Promise<void> {
  const health = metadata.client(Health);
  const system = metadata.client(SystemService);
  return ttlMemo(healthTtlMs, async () => {
    const { status } = await health.check({}, { timeoutMs }).catch((cause: unknown) => {
      throw new FilemillError('UNAVAILABLE', 'The metadata service is not reachable.', { cause });
    });
    if (status === ServingStatus.SERVING) return;
    const { dependencies } = await system.getDependencies({}, { timeoutMs }).catch(() => ({ dependencies: [] }));
    const failing = dependencies.find(({ part, state }) => part === 'postgresql' && state === State.FAILING);
    if (failing === undefined)
      throw new FilemillError('UNAVAILABLE', 'The metadata service is not ready: its database may be unavailable.');
    const { code, detail, part, lasting } = failing;
    throw new FilemillError(lasting ? 'STORE_REFUSES' : 'UNAVAILABLE', detail, { facts: { part, code } });
  });
}

/** Resolves while fewer than `max` files are PENDING; 0 means no limit. @throws FilemillError OVERLOADED */
export function backlogCheck(metadata: RpcChannel, max: number): () => Promise<void> {
  if (max === 0) return async () => undefined;
  const { getStats } = metadata.client(MetadataService);
  const countPending = ttlMemo(backlogTtlMs, async () => {
    const { statuses } = await getStats({}, { timeoutMs });
    return Number(statuses.find(({ status }) => status === FileStatus.PENDING)?.files ?? 0n);
  });
  return async () => {
    const files = await countPending();
    if (files >= max) throw new FilemillError('OVERLOADED', `${files} files are already waiting for a worker.`);
  };
}
