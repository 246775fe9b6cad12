import { ResultWriterService } from '#gen/filemill/internal/v1/result_writer_service_pb.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { SystemService } from '#gen/filemill/v1/system_service_pb.ts';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import type { Logger } from '#platform/logger.ts';
import { healthHandlers } from '#platform/rpc/health.ts';
import { type InternalServerOptions, internalServerOptions, RpcServer } from '#platform/rpc/server.ts';
import type { ResultContext } from '../context.ts';
import { exportResultsRoute } from './export-results.ts';
import { getDependenciesRoute } from './get-dependencies.ts';
import { getResultsRoute } from './get-results.ts';
import { getTextRoute } from './get-text.ts';
import { listResultsRoute } from './list-results.ts';
import { saveResultsRoute } from './save-results.ts';

/** ResultService is forwarded to the public port; the other services are internal. */
export function resultServer(
  logger: Logger,
  context: ResultContext,
  { serviceToken, refusesAnonymous, ...options }: InternalServerOptions,
): RpcServer {
  return new RpcServer(logger, internalServerOptions(options), {}, { serviceToken, refusesAnonymous })
    .add(
      Health,
      healthHandlers(() => context.database.ready()),
    )
    .add(SystemService, { getDependencies: getDependenciesRoute(context) })
    .add(ResultService, {
      getResults: getResultsRoute(context),
      listResults: listResultsRoute(context),
      exportResults: exportResultsRoute(context),
      getText: getTextRoute(context),
    })
    .add(ResultWriterService, { saveResults: saveResultsRoute(context) });
}
