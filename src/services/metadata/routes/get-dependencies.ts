import { fromJson, type MessageInitShape } from '@bufbuild/protobuf';
import { type WorkerRecord, workersAlive } from '#adapters/postgres/upkeep/workers.ts';
import { serviceToMessage } from '#contract/services.ts';
import { dependencyToMessage, unusedRedis } from '#contract/wire.ts';
import { DependencySchema, ServiceSchema } from '#gen/filemill/v1/system_service_pb.ts';
import type { MetadataContext, Route } from '../context.ts';

export function getDependenciesRoute({ database, doorbell, about }: MetadataContext): Route<'getDependencies'> {
  return async () => {
    const postgres = await database.check();
    // Workers report through the database alone.
    const workers = postgres.fault?.code === 'AWAY' ? [] : await workersAlive(database).catch(() => []);
    const theirs = workers.flatMap(({ dependencies }) => dependencies);
    return {
      dependencies: [
        dependencyToMessage(postgres, 'metadata'),
        doorbell.report ? dependencyToMessage(doorbell.report, 'metadata') : unusedRedis('metadata'),
        ...theirs.map((json) => fromJson(DependencySchema, json, lenient)),
      ],
      services: [serviceToMessage('metadata', about), ...workers.flatMap(workerToMessage)],
    };
  };
}

const lenient = { ignoreUnknownFields: true } as const;

/** The time that a worker told is long over. */
function workerToMessage({ service, clockAheadSeconds }: WorkerRecord): MessageInitShape<typeof ServiceSchema>[] {
  if (service === null) return [];
  const { now: _, ...told } = fromJson(ServiceSchema, service, lenient);
  return [{ ...told, ...(clockAheadSeconds !== null && { clockAheadSeconds }) }];
}
