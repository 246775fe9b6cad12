import type { DescService } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import { type CallContext, outgoing } from './call-context.ts';
import type { RpcChannel } from './client.ts';
import { toldByService } from './errors.ts';
import type { Handler } from './handlers.ts';

/** Handlers that pass every call of `service` on to `upstream` as bytes, errors and their details included. */
export function forwarding(
  service: DescService,
  upstream: RpcChannel,
  stopping: AbortSignal,
): Readonly<Record<string, Handler>> {
  const onward = upstream.rawClient(service);
  return Object.fromEntries(
    service.methods.map(({ localName, methodKind }) => [
      localName,
      methodKind === 'unary' || methodKind === 'client_streaming'
        ? passOn(onward[localName] as Unary)
        : passOnStream(onward[localName] as Stream, stopping),
    ]),
  );
}

type Unary = (request: object, options: ReturnType<typeof outgoing>) => Promise<object>;
type Stream = (request: object, options: ReturnType<typeof outgoing>) => AsyncIterable<object>;

function passOn(call: Unary) {
  return async (request: object, context: CallContext) => {
    try {
      return await call(request, outgoing(context));
    } catch (error) {
      throw toldByService(error);
    }
  };
}

/** @throws FilemillError SHUTTING_DOWN when `stopping` is aborted */
function passOnStream(call: Stream, stopping: AbortSignal) {
  return async function* (request: object, context: CallContext) {
    const signal = AbortSignal.any([context.signal, stopping]);
    try {
      yield* call(request, outgoing({ ...context, signal }));
    } catch (error) {
      throw stopping.aborted ? new FilemillError('SHUTTING_DOWN') : toldByService(error);
    }
  };
}
