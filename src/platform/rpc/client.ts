import type { EventEmitter } from 'node:events';
import type { DescMethod, DescService } from '@bufbuild/protobuf';
import {
  type ChannelCredentials,
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
import { callerKey, clientAddressKey, serviceTokenKey, stalenessKey, webTokenKey } from '#platform/rpc/call-context.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import { methodDefinition, rawDefinition } from '#platform/rpc/definition.ts';
import { fromServiceError, type Seen } from '#platform/rpc/errors.ts';
import type { ServiceMethods } from '#platform/rpc/handlers.ts';
import type { HttpProxy } from '#platform/rpc/proxy.ts';
import { addressOf, authorityOf, hostOf, isSecure } from '#platform/rpc/target.ts';
import { tunnelThrough } from '#platform/rpc/tunnel.ts';
import { Certificates, type ClientTls } from '#platform/tls/certificates.ts';
import { TlsCredentials } from '#platform/tls/channel-credentials.ts';
import { never, onAbort } from '../abort.ts';
import { traceKeys } from '../telemetry/trace-context.ts';

/** One function for each RPC; all of them reject with FilemillError. */
export type RpcClient<S extends DescService> = ServiceMethods<S, 'client', [options?: CallOptions]>;

const defaultUnaryTimeoutMs = 15_000;

/**
 * A peer that loses power or is cut off says nothing. Connections with calls on them are probed, so that it is noticed within
 * 15 s, which is when unary calls give up.
 */
const defaultChannelOptions: ChannelOptions = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  // By default a name would go on leading to pods that were all replaced for 30 s.
  'grpc.dns_min_time_between_resolutions_ms': 1_000,
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
};

export interface ChannelSettings {
  /** The name of the target in error messages, such as `the metadata service`. */
  readonly part?: string;
  readonly options?: ChannelOptions;
  /** Sent with every call, such as `Bearer fm_…`. */
  readonly authorization?: string | undefined;
  /** Shown to other services with every call: see `guard/service-token.ts`. */
  readonly serviceToken?: string | undefined;
  /** Sent with every call that has a `clientAddress`. */
  readonly webToken?: string | undefined;
  /** The proxy on the way to the target. Without one, the environment is ignored and the connection is direct. */
  readonly proxy?: HttpProxy | undefined;
  /** For targets with `https://`: whom to trust, and what to present. By default the CAs of the system, and nothing. */
  readonly tls?: ClientTls | undefined;
}

/** A connection to one gRPC target, shared by the clients made from it. */
export class RpcChannel implements Disposable {
  readonly target: string;
  readonly #client: Client;
  /** Facts that error messages of all calls mention. */
  readonly #seen: Seen;
  readonly #credentials: Pick<ChannelSettings, 'authorization' | 'serviceToken' | 'webToken'>;

  constructor(target: string, { options = {}, part, proxy, tls, ...rest }: ChannelSettings = {}) {
    this.target = target;
    this.#credentials = rest;
    this.#seen = { part, proxy: proxy?.title };
    const way = wayTo(target, proxy, tls);
    this.#client = new Client(way.address, way.credentials, { ...defaultChannelOptions, ...way.options, ...options });
  }

  client<S extends DescService>(service: S): RpcClient<S> {
    return Object.fromEntries(
      service.methods.map((method) => [method.localName, this.#method(method)]),
    ) as unknown as RpcClient<S>;
  }

  /** A client that leaves messages as bytes, for forwarding calls. */
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
    const line: Line = { client: this.#client, definition, seen: this.#seen, ...this.#credentials };
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

/** The library's own support for proxies is off: it would use the environment, even for loopback. */
function wayTo(target: string, proxy: HttpProxy | undefined, tls: ClientTls | undefined) {
  const direct = { 'grpc.enable_http_proxy': 0 };
  const made = credentialsFor(target, tls);
  const authority = authorityOf(target);
  if (proxy === undefined || authority === undefined)
    return { address: addressOf(target), credentials: made, options: direct };
  const { host, port } = proxy;
  return {
    address: `dns:${host.includes(':') ? `[${host}]` : host}:${port}`,
    credentials: tunnelThrough(proxy, authority, made),
    options: { ...direct, 'grpc.default_authority': authority },
  };
}

function credentialsFor(target: string, tls: ClientTls | undefined): ChannelCredentials {
  const host = hostOf(target);
  if (!isSecure(target) || host === undefined) return credentials.createInsecure();
  return new TlsCredentials(host, tls ?? new Certificates({}));
}

/** One method of one channel. */
interface Line extends Pick<ChannelSettings, 'authorization' | 'serviceToken' | 'webToken'> {
  readonly client: Client;
  readonly definition: MethodDefinition<object, object>;
  readonly seen: Seen;
}

async function unary(line: Line, request: object, options: CallOptions = {}): Promise<object> {
  const { method, metadata, limit } = begin(line, options, defaultUnaryTimeoutMs);
  const { promise, resolve, reject } = Promise.withResolvers<object>();
  const call = line.client.makeUnaryRequest(...method, request, metadata, limit, (error, response) =>
    error ? reject(failed(error)) : resolve(response as object),
  );
  call.once('metadata', (answer: Metadata) => {
    const [date] = answer.get('date');
    if (date !== undefined) options.onServerTime?.(new Date(date.toString()));
    hearStaleness(answer, options);
  });
  using _ = cancelOn(options.signal, call);
  const failed = failures(line, call);
  return await promise;
}

function hearStaleness(answer: Metadata, { staleBy }: CallOptions): void {
  const [ms] = answer.get(stalenessKey);
  if (ms !== undefined) staleBy?.(Number(ms));
}

async function clientStream(line: Line, requests: AsyncIterable<object>, options: CallOptions = {}): Promise<object> {
  const { method, metadata, limit } = begin(line, options);
  const { promise, resolve, reject } = Promise.withResolvers<object>();
  let ended = false;
  const call = line.client.makeClientStreamRequest(...method, metadata, limit, (error, response) => {
    ended = true;
    if (error) reject(failed(error));
    else resolve(response as object);
  });
  using _ = cancelOn(options.signal, call);
  const failed = failures(line, call);
  // A refusal ends the call even while `requests` has nothing to send.
  return await Promise.race([promise, pump(call, requests, options, () => ended, promise).then(() => promise)]);
}

async function* serverStream(line: Line, request: object, options: CallOptions = {}): AsyncGenerator<object> {
  const { method, metadata, limit } = begin(line, options);
  const call = line.client.makeServerStreamRequest(...method, request, metadata, limit);
  if (options.staleBy) call.once('metadata', (answer: Metadata) => hearStaleness(answer, options));
  using _ = cancelOn(options.signal, call);
  yield* messages(call, failures(line, call));
}

async function* bidiStream(
  line: Line,
  requests: AsyncIterable<object>,
  options: CallOptions = {},
): AsyncGenerator<object> {
  const { method, metadata, limit } = begin(line, options);
  const call = line.client.makeBidiStreamRequest(...method, metadata, limit);
  using _ = cancelOn(options.signal, call);
  const failed = failures(line, call);
  let ended = false;
  const { promise: over, resolve } = Promise.withResolvers<void>();
  call.once('close', () => {
    ended = true;
    resolve();
  });
  // A failing source cancels the call, and the reader of the answers reports it.
  pump(call, requests, options, () => ended, over).catch(() => undefined);
  yield* messages(call, failed);
}

/**
 * What every call passes to the library. The earlier of both time limits holds, and `defaultMs` where there is neither.
 *
 * @throws the reason of a signal that is aborted already
 */
function begin({ definition, ...line }: Line, options: CallOptions, defaultMs = unlimited) {
  const { signal, requestId, timeoutMs, deadline, caller, trace, authorization = line.authorization } = options;
  signal?.throwIfAborted();
  const { path, requestSerialize, responseDeserialize } = definition;
  const metadata = new Metadata();
  if (requestId !== undefined) metadata.set(requestIdKey, requestId);
  if (trace !== undefined) metadata.set(traceKeys.parent, trace.traceparent);
  if (trace?.tracestate !== undefined) metadata.set(traceKeys.state, trace.tracestate);
  if (caller !== undefined) metadata.set(callerKey, Buffer.from(JSON.stringify(caller)));
  if (authorization !== undefined) metadata.set('authorization', authorization);
  if (line.webToken !== undefined && options.clientAddress !== undefined) {
    metadata.set(webTokenKey, line.webToken);
    metadata.set(clientAddressKey, options.clientAddress);
  }
  if (line.serviceToken !== undefined) metadata.set(serviceTokenKey, line.serviceToken);
  const earliest = Math.min(deadline ?? unlimited, Date.now() + (timeoutMs ?? unlimited));
  const limit = { deadline: earliest === unlimited ? Date.now() + defaultMs : earliest };
  return { method: [path, requestSerialize, responseDeserialize] as const, metadata, limit };
}

const unlimited = Number.POSITIVE_INFINITY;

/** Writes all messages with back-pressure; stops when the call is over. A failing source cancels the call. */
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

/** Turns an error of the call into one of the catalogue, by what was seen of the call so far. */
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

function cancelOn(
  signal = never,
  call: { cancel(): void; on(event: 'error', listener: () => void): unknown },
): Disposable {
  // A cancelled stream may report an error when nobody listens any more.
  call.on('error', () => undefined);
  return onAbort(signal, () => call.cancel());
}
