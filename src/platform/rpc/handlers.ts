import type { DescMessage, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { CallContext } from './call-context.ts';

/** The handler of any RPC. */
export type Handler = (request: never, context: CallContext) => Promise<object> | AsyncIterable<object>;

/** One function for each RPC of a service. A handler throws FilemillError; anything else is INTERNAL. */
export type ServiceHandlers<S extends DescService> = ServiceMethods<S, 'server', [context: CallContext]>;

/**
 * A service as an object with one function for each RPC, for the side that calls or the side that serves: a side may
 * leave out fields of what it sends, and receives whole messages. `Rest` follows the request.
 */
export type ServiceMethods<S extends DescService, Side extends 'client' | 'server', Rest extends unknown[]> = {
  readonly [Name in keyof S['method']]: S['method'][Name] extends {
    methodKind: infer Kind;
    input: infer I extends DescMessage;
    output: infer O extends DescMessage;
  }
    ? Side extends 'client'
      ? Method<Kind, MessageInitShape<I>, MessageShape<O>, Rest>
      : Method<Kind, MessageShape<I>, MessageInitShape<O>, Rest>
    : never;
};

type Method<Kind, Request, Response, Rest extends unknown[]> = (
  request: Kind extends 'client_streaming' | 'bidi_streaming' ? AsyncIterable<Request> : Request,
  ...rest: Rest
) => Kind extends 'server_streaming' | 'bidi_streaming' ? AsyncIterable<Response> : Promise<Response>;
