import type { DescService } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import { type CallContext, outgoing } from './call-context.ts';
import type { RpcChannel } from './client.ts';
import { answeredError } from './errors.ts';
import type { Handler } from './handlers.ts';

/** Handlers that forward every call of `service` to `upstream` as bytes, and its errors with their details. */
export function forwarding(
  service: DescService,
  upstream: RpcChannel,
  stopping: AbortSignal,
): Readonly<Record<string, Handler>> {
  const client = upstream.rawClient(service);
  return Object.fromEntries(
    service.methods.map(({ localName, methodKind }) => [
      localName,
      methodKind === 'unary' || methodKind === 'client_streaming'
        ? forward(client[localName] as Unary)
        : forwardStream(client[localName] as Stream, stopping),
    ]),
  );
}

type Unary = (request: object, options: ReturnType<typeof outgoing>) => Promise<object>;
type Stream = (request: object, options: ReturnType<typeof outgoing>) => AsyncIterable<object>;

function forward(call: Unary) {
  return async (request: object, context: CallContext) => {
    try {
      return await call(request, outgoing(context));
    } catch (error) {
      throw answeredError(error);
    }
  };
}

/** @throws FilemillError SHUTTING_DOWN when `stopping` is aborted */
function forwardStream(call: Stream, stopping: AbortSignal) {
  return async function* (request: object, context: CallContext) {
    const signal = AbortSignal.any([context.signal, stopping]);
    try {
      yield* call(request, outgoing({ ...context, signal }));
    } catch (error) {
      throw stopping.aborted ? new FilemillError('SHUTTING_DOWN') : answeredError(error);
    }
  };
}
