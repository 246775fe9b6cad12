import type { DescMethod, DescService } from '@bufbuild/protobuf';
import {
  type ChannelOptions,
  Client,
  type ClientDuplexStream,
  type ClientWritableStream,
  credentials,
  Metadata,
  type MethodDefinition,
} from '@grpc/grpc-js';
import { methodDefinition } from '#platform/rpc/definition.ts';
import { fromServiceError } from '#platform/rpc/errors.ts';
import type { ServiceMethods } from '#platform/rpc/service-methods.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds until the call gives up; unary calls get 15 s unless told otherwise, streams have none. */
  readonly timeoutMs?: number;
  /**
   * Told of each message of a client's stream that was taken off our hands. The first MiB may go no further
   * than the transport's own memory; what is taken after that, the server has made room for.
   */
  readonly onTaken?: () => void;
}

/** One function for each RPC; all of them reject with FilemillError. */
export type RpcClient<S extends DescService> = ServiceMethods<S, 'client', [options?: CallOptions]>;

const defaultUnaryTimeoutMs = 15_000;

/** Idle HTTP/2 connections are probed, so that a dead peer is noticed. */
const defaultChannelOptions: ChannelOptions = {
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  // 30 s by default: as long would a name keep leading to pods that were all replaced.
  'grpc.dns_min_time_between_resolutions_ms': 1_000,
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
};

/** A connection to one gRPC target, shared by the clients made from it. */
export class RpcChannel implements Disposable {
  readonly target: string;
  readonly #client: Client;

  constructor(target: string, options: ChannelOptions = {}) {
    this.target = target;
    this.#client = new Client(target, credentials.createInsecure(), { ...defaultChannelOptions, ...options });
  }

  client<S extends DescService>(service: S): RpcClient<S> {
    return Object.fromEntries(
      service.methods.map((method) => [method.localName, this.#method(method)]),
    ) as unknown as RpcClient<S>;
  }

  /** The connection itself, for passing raw calls on. */
  get raw(): Client {
    return this.#client;
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  #method(method: DescMethod) {
    const definition = methodDefinition(method);
    switch (method.methodKind) {
      case 'unary':
        return (request: object, options?: CallOptions) => unary(this.#client, definition, request, options);
      case 'client_streaming':
        return (requests: AsyncIterable<object>, options?: CallOptions) =>
          clientStream(this.#client, definition, requests, options);
      case 'server_streaming':
        return (request: object, options?: CallOptions) => serverStream(this.#client, definition, request, options);
      case 'bidi_streaming':
        return (requests: AsyncIterable<object>, options?: CallOptions) =>
          bidiStream(this.#client, definition, requests, options);
    }
  }
}

type Definition = MethodDefinition<object, object>;

async function unary(
  client: Client,
  { path, requestSerialize, responseDeserialize }: Definition,
  request: object,
  options: CallOptions = {},
): Promise<object> {
  options.signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<object>();
  const deadline = Date.now() + (options.timeoutMs ?? defaultUnaryTimeoutMs);
  const call = client.makeUnaryRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    new Metadata(),
    { deadline },
    (error, response) => (error ? reject(fromServiceError(error)) : resolve(response as object)),
  );
  using _ = cancelOn(options.signal, call);
  return await promise;
}

async function clientStream(
  client: Client,
  { path, requestSerialize, responseDeserialize }: Definition,
  requests: AsyncIterable<object>,
  options: CallOptions = {},
): Promise<object> {
  options.signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<object>();
  let ended = false;
  const call = client.makeClientStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    new Metadata(),
    deadlineOf(options),
    (error, response) => {
      ended = true;
      if (error) reject(fromServiceError(error));
      else resolve(response as object);
    },
  );
  using _ = cancelOn(options.signal, call);
  // A refusal ends the call even while `requests` has nothing to send.
  return await Promise.race([promise, pump(call, requests, options, () => ended, promise).then(() => promise)]);
}

async function* serverStream(
  client: Client,
  { path, requestSerialize, responseDeserialize }: Definition,
  request: object,
  options: CallOptions = {},
): AsyncGenerator<object> {
  options.signal?.throwIfAborted();
  const call = client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    new Metadata(),
    deadlineOf(options),
  );
  using _ = cancelOn(options.signal, call);
  yield* messages(call);
}

async function* bidiStream(
  client: Client,
  { path, requestSerialize, responseDeserialize }: Definition,
  requests: AsyncIterable<object>,
  options: CallOptions = {},
): AsyncGenerator<object> {
  options.signal?.throwIfAborted();
  const call = client.makeBidiStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    new Metadata(),
    deadlineOf(options),
  );
  using _ = cancelOn(options.signal, call);
  let ended = false;
  const { promise: over, resolve } = Promise.withResolvers<void>();
  call.once('close', () => {
    ended = true;
    resolve();
  });
  // A failing source cancels the call, whose reader then reports it.
  pump(call, requests, options, () => ended, over).catch(() => undefined);
  yield* messages(call);
}

/** Writes all messages with flow control; stops when the call is over. A failing source cancels the call. */
async function pump(
  call: ClientWritableStream<object> | ClientDuplexStream<object, object>,
  requests: AsyncIterable<object>,
  { onTaken }: CallOptions,
  isOver: () => boolean,
  over: Promise<unknown>,
): Promise<void> {
  try {
    for await (const request of requests) {
      if (isOver()) return;
      if (call.write(request, (error?: Error | null) => error ?? onTaken?.())) continue;
      const { promise, resolve } = Promise.withResolvers<void>();
      call.once('drain', resolve);
      await Promise.race([promise, over]);
    }
    call.end();
  } catch (error) {
    if (isOver()) return;
    call.cancel();
    throw error;
  }
}

async function* messages(call: AsyncIterable<object> & { cancel(): void }): AsyncGenerator<object> {
  try {
    yield* call;
  } catch (error) {
    throw fromServiceError(error);
  } finally {
    call.cancel();
  }
}

function deadlineOf({ timeoutMs }: CallOptions) {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}

function cancelOn(
  signal: AbortSignal | undefined,
  call: { cancel(): void; on(event: 'error', listener: () => void): unknown },
): Disposable {
  // A cancelled stream may report its end after everybody stopped listening.
  call.on('error', () => undefined);
  const cancel = () => call.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener('abort', cancel) };
}
