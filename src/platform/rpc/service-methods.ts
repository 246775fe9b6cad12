import type { DescMessage, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';

/**
 * A service as an object with one function for each RPC, seen from the side that calls or the side that
 * serves: what one sends may be incomplete, what one receives is whole. `Rest` follows the request.
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
