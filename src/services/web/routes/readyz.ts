import type { Json } from '#contract/schemas.ts';
import { FilemillError } from '#domain/errors.ts';
import { type Dependency, Dependency_State as State } from '#gen/filemill/v1/system_service_pb.ts';
import { HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.ts';
import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';

export function readyz(backend: Backend) {
  return route({
    name: 'readyz',
    method: 'GET',
    path: '/readyz',
    tag: 'System',
    summary: 'Check readiness',
    description: 'Says whether a file that is uploaded now would be analysed.',
    answers: {
      200: { description: 'It would; parts that fail but are not needed are listed.', schema: 'Ready' },
      503: { description: 'It would not: the missing parts are listed.', schema: 'Ready' },
    },
    async handle({ reply, onward: { authorization } }): Promise<Json<'Ready'>> {
      const { missing, degraded } = await readinessOf(backend, authorization);
      if (missing.length > 0) reply.code(503);
      return { ready: missing.length === 0, missing, degraded };
    },
  });
}

interface Readiness {
  /** Parts that do not answer or cannot work: while there are any, a new file would not be analysed. */
  readonly missing: readonly { readonly part: string; readonly detail: string }[];
  /** Failing parts that Filemill works without. */
  readonly degraded: readonly { readonly service: string; readonly part: string; readonly detail: string }[];
}

/** A slower part counts as missing. */
const partTimeoutMs = 3_000;

/** A caller that may not read learns only whether the public gRPC port is ready. */
async function readinessOf(backend: Backend, authorization: string | undefined): Promise<Readiness> {
  const onward = { timeoutMs: partTimeoutMs, authorization };
  const [upload, metadata, result, system] = await Promise.allSettled([
    uploadAnswers(backend),
    backend.metadata.getStats({ workersOnly: true }, onward),
    backend.result.listResults({ pageSize: 1 }, onward),
    backend.system.getDependencies({}, onward),
  ]);
  const failing = system.status === 'rejected' ? [] : system.value.dependencies.filter(isFailing);
  const missing = new Map<string, string>();
  if (upload.status === 'rejected') missing.set('upload', messageOf(upload.reason));
  if (isRefusal(system)) return { missing: [...missing].map(([part, detail]) => ({ part, detail })), degraded: [] };
  if (metadata.status === 'rejected') {
    missing.set('metadata', messageOf(metadata.reason));
    missing.set('worker', 'Only the metadata service knows the workers, and it does not answer.');
  } else if (metadata.value.workers.length === 0)
    missing.set('worker', 'No worker has reported within the last 15 seconds.');
  if (result.status === 'rejected') missing.set('result', messageOf(result.reason));
  for (const { service, part, detail } of failing) if (part === truth) missing.set(service, detail);
  return {
    missing: [...missing].map(([part, detail]) => ({ part, detail })),
    degraded: failing.filter(({ part }) => part === doorbell).map(degradedOf),
  };
}

function isRefusal(outcome: PromiseSettledResult<unknown>): boolean {
  if (outcome.status === 'fulfilled' || !(outcome.reason instanceof FilemillError)) return false;
  return outcome.reason.reason === 'UNAUTHENTICATED' || outcome.reason.reason === 'PERMISSION_DENIED';
}

/** Without it, a service can do nothing. */
const truth = 'postgresql';
/** It only saves time. */
const doorbell = 'redis';

function isFailing({ state }: Dependency): boolean {
  return state === State.FAILING;
}

function degradedOf({ service, instance, part, detail }: Dependency) {
  return { service: instance === '' ? service : `${service} ${instance}`, part, detail };
}

/** @throws FilemillError UNAVAILABLE when the public gRPC port is unreachable or not serving */
export async function uploadAnswers(backend: Backend): Promise<void> {
  const { status } = await backend.health.check({}, { timeoutMs: partTimeoutMs });
  if (status !== ServingStatus.SERVING) throw new FilemillError('UNAVAILABLE', 'The upload service is not ready.');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
