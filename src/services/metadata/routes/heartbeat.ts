import { toJson } from '@bufbuild/protobuf';
import { forgetWorker, recordHeartbeat } from '#adapters/postgres/upkeep/workers.ts';
import { optionalDate } from '#contract/wire.ts';
import { FilemillError } from '#domain/errors.ts';
import { DependencySchema, ServiceSchema } from '#gen/filemill/v1/system_service_pb.ts';
import type { MetadataContext, Route } from '../context.ts';

export function heartbeatRoute({ database }: MetadataContext): Route<'heartbeat'> {
  return async ({ worker, startedAt, slots, busy, source, leaving, dependencies, service, drained }) => {
    if (worker === '' || worker.includes('\0')) throw new FilemillError('REQUEST_INVALID', '`worker` must be a name.');
    if (leaving) {
      await forgetWorker(database, worker);
      return {};
    }
    const draining = await recordHeartbeat(database, {
      name: worker,
      startedAt: optionalDate(startedAt) ?? new Date(),
      slots,
      busy,
      source,
      drained,
      dependencies: dependencies.map((dependency) => toJson(DependencySchema, dependency)),
      service: service ? toJson(ServiceSchema, service) : null,
      now: optionalDate(service?.now) ?? null,
    });
    return { draining };
  };
}
