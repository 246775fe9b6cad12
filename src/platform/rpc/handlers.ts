import type { DescService } from '@bufbuild/protobuf';
import type { ServiceMethods } from './service-methods.ts';

/** What a handler may know of its call. */
export interface CallContext {
  /** Aborted when the client cancels, its deadline passes, or its connection is lost. */
  readonly signal: AbortSignal;
  readonly peer: string;
}

/** One function for each RPC of a service. A handler throws FilemillError; anything else is INTERNAL. */
export type ServiceHandlers<S extends DescService> = ServiceMethods<S, 'server', [context: CallContext]>;
