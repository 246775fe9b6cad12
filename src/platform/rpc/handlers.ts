import type { DescService } from '@bufbuild/protobuf';
import type { CallContext } from './call-context.ts';
import type { ServiceMethods } from './service-methods.ts';

/** Takes and answers the messages of one RPC, whatever they are. */
export type Handler = (request: never, context: CallContext) => Promise<object> | AsyncIterable<object>;

/** One function for each RPC of a service. A handler throws FilemillError; anything else is INTERNAL. */
export type ServiceHandlers<S extends DescService> = ServiceMethods<S, 'server', [context: CallContext]>;
