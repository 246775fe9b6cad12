import type { EventEmitter } from 'node:events';
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
import type { FilemillError } from '#domain/errors.ts';
import { requestIdKey } from '#platform/request-id.ts';
import { methodDefinition, rawDefinition } from '#platform/rpc/definition.ts';
import { fromServiceError, type Seen } from '#platform/rpc/errors.ts';
import { authorityOf, type HttpProxy } from '#platform/rpc/proxy.ts';
import type { ServiceMethods } from '#platform/rpc/service-methods.ts';
import { tunnelCredentials } from '#platform/rpc/tunnel.ts';
import { never, onAbort } from '../abort.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds until the call gives up; unary calls get 15 s unless told otherwise, streams have none. */
  readonly timeoutMs?: number;
  /** The moment at which it gives up in any case, in milliseconds since the epoch. */
  readonly deadline?: number;
  /** Under which services log what they do for the call; the first of them makes one otherwise. */
  readonly requestId?: string | undefined;
  /**
   * Told of each message of a client's stream that was taken off our hands. The first MiB may go no further
   * than the transport's own memory; what is taken after that, the server has made room for.
   */
  readonly onTaken?: () => void;
  /** Told the time by the clock of whoever answers a unary call, to the second (RFC 9110, section 6.6.1). */
  readonly onServerTime?: (time: Date) => void;
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

export interface ChannelSettings {
  /** What the target is called in this system, such as `the metadata service`, for those who are told of its failure. */
  readonly part?: string;
  readonly options?: ChannelOptions;
  /** Leads to the target; without one the target is reached directly, whatever the environment says. */
  readonly proxy?: HttpProxy | undefined;
}

/** A connection to one gRPC target, shared by the clients made from it. */
export class RpcChannel implements Disposable {
  readonly target: string;
  readonly #client: Client;
  /** What is known of all calls, for the words in which they fail. */
  readonly #seen: Seen;

  constructor(target: string, { options = {}, part, proxy }: ChannelSettings = {}) {
    this.target = target;
    this.#seen = { part, proxy: proxy?.title };
    const way = wayTo(target, proxy);
    this.#client = new Client(way.address, way.credentials, { ...defaultChannelOptions, ...way.options, ...options });
  }

  client<S extends DescService>(service: S): RpcClient<S> {
    return Object.fromEntries(
      service.methods.map((method) => [method.localName, this.#method(method)]),
    ) as unknown as RpcClient<S>;
  }

  /** A client that leaves messages as bytes, for passing calls on. */
  rawClient(service: DescService): Readonly<Record<string, unknown>> {
    const definition = rawDefinition(service);
    return Object.fromEntries(
      service.methods.map((method) => [method.localName, this.#method(method, definition[method.localName])]),
    );
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  #method(method: DescMethod, definition: MethodDefinition<object, object> = methodDefinition(method)) {
    const line: Line = { client: this.#client, definition, seen: this.#seen };
    switch (method.methodKind) {
      case 'unary':
        return (request: object, options?: CallOptions) => unary(line, request, options);
      case 'client_streaming':
        return (requests: AsyncIterable<object>, options?: CallOptions) => clientStream(line, requests, options);
      case 'server_streaming':
        return (request: object, options?: CallOptions) => serverStream(line, request, options);
      case 'bidi_streaming':
        return (requests: AsyncIterable<object>, options?: CallOptions) => bidiStream(line, requests, options);
    }
  }
}

/** The library would take a proxy from the environment by itself, for loopback too. */
function wayTo(target: string, proxy: HttpProxy | undefined) {
  const direct = { 'grpc.enable_http_proxy': 0 };
  const authority = authorityOf(target);
  if (proxy === undefined || authority === undefined)
    return { address: target, credentials: credentials.createInsecure(), options: direct };
  const { host, port } = proxy;
  return {
    address: `dns:${host.includes(':') ? `[${host}]` : host}:${port}`,
    credentials: tunnelCredentials(proxy, authority),
    options: { ...direct, 'grpc.default_authority': authority },
  };
}

/** One method of one channel. */
interface Line {
  readonly client: Client;
  readonly definition: MethodDefinition<object, object>;
  readonly seen: Seen;
}

async function unary(line: Line, request: object, options: CallOptions = {}): Promise<object> {
  const { path, requestSerialize, responseDeserialize } = line.definition;
  options.signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<object>();
  const call = line.client.makeUnaryRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    metadataOf(options),
    deadlineOf(options, defaultUnaryTimeoutMs),
    (error, response) => (error ? reject(failed(error)) : resolve(response as object)),
  );
  call.once('metadata', (metadata: Metadata) => {
    const [date] = metadata.get('date');
    if (date !== undefined) options.onServerTime?.(new Date(date.toString()));
  });
  using _ = cancelOn(options.signal, call);
  const failed = failures(line, call);
  return await promise;
}

async function clientStream(line: Line, requests: AsyncIterable<object>, options: CallOptions = {}): Promise<object> {
  const { path, requestSerialize, responseDeserialize } = line.definition;
  options.signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<object>();
  let ended = false;
  const call = line.client.makeClientStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    metadataOf(options),
    deadlineOf(options),
    (error, response) => {
      ended = true;
      if (error) reject(failed(error));
      else resolve(response as object);
    },
  );
  using _ = cancelOn(options.signal, call);
  const failed = failures(line, call);
  // A refusal ends the call even while `requests` has nothing to send.
  return await Promise.race([promise, pump(call, requests, options, () => ended, promise).then(() => promise)]);
}

async function* serverStream(line: Line, request: object, options: CallOptions = {}): AsyncGenerator<object> {
  const { path, requestSerialize, responseDeserialize } = line.definition;
  options.signal?.throwIfAborted();
  const call = line.client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    metadataOf(options),
    deadlineOf(options),
  );
  using _ = cancelOn(options.signal, call);
  yield* messages(call, failures(line, call));
}

async function* bidiStream(
  line: Line,
  requests: AsyncIterable<object>,
  options: CallOptions = {},
): AsyncGenerator<object> {
  const { path, requestSerialize, responseDeserialize } = line.definition;
  options.signal?.throwIfAborted();
  const call = line.client.makeBidiStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    metadataOf(options),
    deadlineOf(options),
  );
  using _ = cancelOn(options.signal, call);
  const failed = failures(line, call);
  let ended = false;
  const { promise: over, resolve } = Promise.withResolvers<void>();
  call.once('close', () => {
    ended = true;
    resolve();
  });
  // A failing source cancels the call, whose reader then reports it.
  pump(call, requests, options, () => ended, over).catch(() => undefined);
  yield* messages(call, failed);
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

/** Tells what an error of the call means, from what was seen of it until then. */
function failures({ seen }: Line, call: EventEmitter): (error: unknown) => FilemillError {
  let contentType: string | undefined;
  call.once('metadata', (metadata: Metadata) => {
    contentType = metadata.get('content-type')[0]?.toString();
  });
  return (error) => fromServiceError(error, { ...seen, contentType });
}

async function* messages(
  call: AsyncIterable<object> & { cancel(): void },
  failed: (error: unknown) => FilemillError,
): AsyncGenerator<object> {
  try {
    yield* call;
  } catch (error) {
    throw failed(error);
  } finally {
    call.cancel();
  }
}

function metadataOf({ requestId }: CallOptions): Metadata {
  const metadata = new Metadata();
  if (requestId !== undefined) metadata.set(requestIdKey, requestId);
  return metadata;
}

/** The earlier of both limits; `otherwiseMs` where there is neither. */
function deadlineOf(
  { timeoutMs = Number.POSITIVE_INFINITY, deadline = Number.POSITIVE_INFINITY }: CallOptions,
  otherwiseMs = Number.POSITIVE_INFINITY,
) {
  const earliest = Math.min(deadline, Date.now() + timeoutMs);
  return { deadline: earliest === Number.POSITIVE_INFINITY ? Date.now() + otherwiseMs : earliest };
}

function cancelOn(
  signal = never,
  call: { cancel(): void; on(event: 'error', listener: () => void): unknown },
): Disposable {
  // A cancelled stream may report its end after everybody stopped listening.
  call.on('error', () => undefined);
  return onAbort(signal, () => call.cancel());
}
