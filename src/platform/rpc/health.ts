import { type Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.ts';
import { sleep } from '../abort.ts';
import type { ReadinessCheck } from '../ops-server.ts';
import type { ServiceHandlers } from './handlers.ts';

const watchIntervalMs = 1_000;

/**
 * grpc.health.v1 over the same check as /readyz, without detail, which is in the log. The service name is ignored: a
 * process answers as a whole.
 */
export function healthHandlers(ready: ReadinessCheck): ServiceHandlers<typeof Health> {
  const check = () =>
    ready().then(
      () => ServingStatus.SERVING,
      () => ServingStatus.NOT_SERVING,
    );
  return {
    check: async () => ({ status: await check() }),
    async *watch(_request, { signal }) {
      let last: ServingStatus | undefined;
      while (!signal.aborted) {
        const status = await check();
        if (status !== last) yield { status };
        last = status;
        await sleep(watchIntervalMs, signal);
      }
    },
  };
}
