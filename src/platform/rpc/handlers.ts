import type { DescMessage, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';

/** What a handler may know of its call. */
export interface CallContext {
  /** Aborted when the client cancels, its deadline passes, or its connection is lost. */
  readonly signal: AbortSignal;
  readonly peer: string;
}

type Unary<I extends DescMessage, O extends DescMessage> = (
  request: MessageShape<I>,
  context: CallContext,
) => Promise<MessageInitShape<O>>;
type ClientStreaming<I extends DescMessage, O extends DescMessage> = (
  requests: AsyncIterable<MessageShape<I>>,
  context: CallContext,
) => Promise<MessageInitShape<O>>;
type ServerStreaming<I extends DescMessage, O extends DescMessage> = (
  request: MessageShape<I>,
  context: CallContext,
) => AsyncIterable<MessageInitShape<O>>;
type BidiStreaming<I extends DescMessage, O extends DescMessage> = (
  requests: AsyncIterable<MessageShape<I>>,
  context: CallContext,
) => AsyncIterable<MessageInitShape<O>>;

/** One function for each RPC of a service. A handler throws FilemillError; anything else is INTERNAL. */
export type ServiceHandlers<S extends DescService> = {
  readonly [Name in keyof S['method']]: S['method'][Name] extends {
    methodKind: infer Kind;
    input: infer I extends DescMessage;
    output: infer O extends DescMessage;
  }
    ? Kind extends 'unary'
      ? Unary<I, O>
      : Kind extends 'client_streaming'
        ? ClientStreaming<I, O>
        : Kind extends 'server_streaming'
          ? ServerStreaming<I, O>
          : BidiStreaming<I, O>
    : never;
};
