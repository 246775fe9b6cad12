import type { DescMethod } from '@bufbuild/protobuf';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import type { EndedCall } from '../telemetry/events.ts';
import type { Span } from '../telemetry/span.ts';
import { traceIdOf } from '../telemetry/trace-context.ts';
import { startSpan } from '../telemetry/traces.ts';
import type { CallContext } from './call-context.ts';

/** Traces begin at a public port, but not with a watch, which may last for ever, nor with a probe. */
export function startCallSpan(
  method: DescMethod,
  { trace, requestId }: CallContext,
  { isPublic }: { readonly isPublic: boolean },
): Span {
  const rpc = rpcOf(method);
  const isProbe = method.parent.typeName === Health.typeName;
  return startSpan(rpc, {
    kind: 'server',
    parent: trace,
    root: isPublic && method.methodKind !== 'server_streaming' && !isProbe,
    attributes: { 'rpc.system.name': 'grpc', 'rpc.method': rpc, 'filemill.request.id': requestId },
  });
}

/** What the log and the metrics tell of a call that is over. */
export function endedCall(
  method: DescMethod,
  { cancelled }: { readonly cancelled: boolean },
  { requestId, trace, peer, beganAt }: CallContext,
): EndedCall {
  const seconds = (performance.now() - beganAt) / 1_000;
  return { rpc: rpcOf(method), requestId, ...(trace && { traceId: traceIdOf(trace) }), peer, cancelled, seconds };
}

function rpcOf({ parent, name }: DescMethod): string {
  return `${parent.typeName}/${name}`;
}
