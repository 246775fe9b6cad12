import { fromJson } from '@bufbuild/protobuf';
import { workersAlive } from '#adapters/postgres/upkeep/workers.ts';
import { dependencyToMessage } from '#contract/wire.ts';
import { DependencySchema } from '#gen/filemill/v1/system_service_pb.ts';
import type { MetadataContext, Route } from '../context.ts';

export function getDependenciesRoute({ database, doorbell }: MetadataContext): Route<'getDependencies'> {
  return async () => {
    const postgres = await database.check();
    const own = [postgres, ...(doorbell.report ? [doorbell.report] : [])];
    // Workers report through the database alone.
    const workers = postgres.fault?.code === 'AWAY' ? [] : await workersAlive(database).catch(() => []);
    const theirs = workers.flatMap(({ dependencies }) => dependencies);
    return {
      dependencies: [
        ...own.map((report) => dependencyToMessage(report, 'metadata')),
        ...theirs.map((json) => fromJson(DependencySchema, json, { ignoreUnknownFields: true })),
      ],
    };
  };
}
