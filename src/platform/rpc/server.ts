import { rm } from 'node:fs/promises';
import type { DescMethod, DescService } from '@bufbuild/protobuf';
import {
  Metadata,
  Server,
  type ServerDuplexStream,
  type ServerInterceptor,
  type ServerOptions,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { FilemillError } from '#domain/errors.ts';
import { asFilemillError } from '#domain/volume-fault.ts';
import { onAbort } from '../abort.ts';
import { integer } from '../config.ts';
import { exposureSettings, serviceSettings } from '../exposure.ts';
import type { Logger } from '../logger.ts';
import { requestIdKey } from '../request-id.ts';
import { callAnswered, callFailed, type EndedCall } from '../telemetry/events.ts';
import type { Span } from '../telemetry/span.ts';
import type { Certificates } from '../tls/certificates.ts';
import { listenerCredentials } from '../tls/listener-credentials.ts';
import { type CallContext, contextOf } from './call-context.ts';
import type { RpcChannel } from './client.ts';
import { grpcDefinition, methodDefinition, rawDefinition } from './definition.ts';
import { fromServiceError, isServiceError, toStatus } from './errors.ts';
import { forwarding } from './forward.ts';
import { type Access, guardAccess, type Refuse } from './guard/access.ts';
import { ConnectionGuard, type ConnectionLimits } from './guard/connection-guard.ts';
import { guardServices } from './guard/service-token.ts';
import type { Handler, ServiceHandlers } from './handlers.ts';
import { endedCall, startCallSpan } from './served-call.ts';

type UnaryRequest = ServerUnaryCall<object, object> | ServerWritableStream<object, object>;
type ReadableCall = ServerReadableStream<object, object> | ServerDuplexStream<object, object>;
type WritableCall = ServerWritableStream<object, object> | ServerDuplexStream<object, object>;
type AnyCall = UnaryRequest | ReadableCall;

/** The largest message that is accepted, in bytes; chunks should stay well below it. */
const maxMessageBytes = 1024 * 1024;

export interface InternalServerOptions {
  readonly maxConnectionAgeMs: number;
  readonly serviceToken?: string | undefined;
  readonly refusesAnonymous?: boolean | undefined;
}

/**
 * For listeners that only other services reach. A whole batch comes in one message. A connection may be closed at a
 * certain age (0 means never) once its calls in flight have ended, so that clients resolve the name again and spread
 * over new replicas.
 */
export function internalServerOptions({ maxConnectionAgeMs }: { readonly maxConnectionAgeMs: number }): ServerOptions {
  return {
    'grpc.max_receive_message_length': 32 * 1024 * 1024,
    ...(maxConnectionAgeMs > 0 && { 'grpc.max_connection_age_ms': maxConnectionAgeMs }),
  };
}

/** The settings of a service with such a listener. */
export const internalServerSettings = {
  /** After this time a connection is closed, so that clients find new replicas; 0 for never. */
  grpcMaxConnectionAgeMs: integer(0).default(0),
  ...serviceSettings,
  allowAnonymous: exposureSettings.allowAnonymous,
} as const;

/** For a port that anyone may reach: one connection can hold neither many calls nor much memory (MiB). */
export const publicServerOptions: ServerOptions = {
  'grpc.max_concurrent_streams': 256,
  'grpc-node.max_session_memory': 64,
};

const defaultLimits: ConnectionLimits = { requestMs: 15_000, heldBytes: 256 * 1024 * 1024, maxConnections: 4_096 };

interface AnswerLimits {
  /** A stream of answers of which the client takes nothing for this time ends with STREAM_IDLE. */
  readonly answerIdleMs?: number;
}

/** How long calls in flight may take to end once the server stops. */
const drainMs = 20_000;

/** A gRPC server whose handlers are plain async functions over protobuf-es messages. */
export class RpcServer implements AsyncDisposable {
  readonly #logger: Logger;
  readonly #server: Server;
  readonly #guard: ConnectionGuard;
  readonly #streamedPaths = new Set<string>();
  /** The names of all RPCs that are served or forwarded. */
  readonly #rpcs = new Set<string>();
  readonly #services: DescService[] = [];
  readonly #access: Access | undefined;
  readonly #refusesAnonymous: boolean;
  #port = 0;

  /** @param guards without `access`, callers are believed: see `callerKey` */
  constructor(
    logger: Logger,
    options: ServerOptions = {},
    limits: Partial<ConnectionLimits> = {},
    guards: ServerGuards = {},
  ) {
    this.#logger = logger;
    this.#access = guards.access;
    this.#refusesAnonymous = guards.refusesAnonymous === true;
    this.#server = new Server({
      'grpc.max_receive_message_length': maxMessageBytes,
      'grpc.max_concurrent_streams': 1_000,
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
      interceptors: this.#interceptors(guards),
      ...options,
    });
    this.#guard = new ConnectionGuard({ ...defaultLimits, ...limits }, logger, (path) => this.#streamedPaths.has(path));
    this.#guard.watch(this.#server);
  }

  add<S extends DescService>(service: S, handlers: ServiceHandlers<S>, limits?: AnswerLimits): this {
    return this.#serve(service, grpcDefinition(service), handlers as Readonly<Record<string, Handler>>, limits);
  }

  /** Serves the RPCs that have a handler, and answers UNIMPLEMENTED to the others, as an earlier version would. */
  addPart<S extends DescService>(service: S, handlers: Partial<ServiceHandlers<S>>): this {
    return this.#serve(service, grpcDefinition(service), handlers as Readonly<Record<string, Handler>>);
  }

  /** Forwards every call of the service. Streams, which may be endless, end when `stopping` is aborted. */
  addForwarded(service: DescService, upstream: RpcChannel, stopping: AbortSignal): this {
    return this.#serve(service, rawDefinition(service), forwarding(service, upstream, stopping));
  }

  /** Listens on `HOST:PORT`, by TLS if there is a certificate to serve, or on `unix:/PATH`. */
  async listen(address: string, certificates?: Certificates): Promise<void> {
    if (address.startsWith('unix:')) await rm(address.slice('unix:'.length), { force: true });
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const credentials = listenerCredentials(address, certificates);
    this.#server.bindAsync(address, credentials, (error, port) => (error ? reject(error) : resolve(port)));
    this.#port = await promise;
    this.#logger.info({ address, tls: credentials._isSecure() }, 'gRPC listens');
  }

  /** All that are served or forwarded so far. */
  get services(): readonly DescService[] {
    return [...this.#services];
  }

  /** The TCP port that was bound; useful after listening on port 0. */
  get port(): number {
    return this.#port;
  }

  /** Accepts no new calls, lets those in flight end, then cuts the rest. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const backstop = setTimeout(() => this.#server.forceShutdown(), drainMs);
    this.#server.tryShutdown(() => resolve());
    await promise;
    clearTimeout(backstop);
    this.#guard[Symbol.dispose]();
  }

  #serve(
    service: DescService,
    definition: ServiceDefinition,
    handlers: Readonly<Record<string, Handler>>,
    limits: AnswerLimits = {},
  ): this {
    for (const { path, requestStream } of Object.values(definition)) if (requestStream) this.#streamedPaths.add(path);
    const implementation: UntypedServiceImplementation = {};
    this.#requireRows(service);
    this.#services.push(service);
    for (const method of service.methods) {
      this.#rpcs.add(`${service.typeName}/${method.name}`);
      const handler = handlers[method.localName];
      if (handler !== undefined) implementation[method.localName] = this.#adapt(method, handler, limits);
    }
    this.#server.addService(definition, implementation);
    return this;
  }

  /** An RPC that nobody thought of must not be open to all. */
  #requireRows(service: DescService): void {
    for (const { name } of service.methods)
      if (this.#access?.needOf(`${service.typeName}/${name}`) === undefined && this.#access !== undefined)
        throw new Error(`The table of access has no row for ${service.typeName}/${name}`);
  }

  #adapt(method: DescMethod, handler: Handler, { answerIdleMs }: AnswerLimits): UntypedHandleCall {
    const { requestStream, responseStream } = methodDefinition(method);
    const handle = (call: AnyCall, context: CallContext) =>
      handler((requestStream ? read(call as ReadableCall) : (call as UnaryRequest).request) as never, context);
    if (responseStream)
      return (call: WritableCall) =>
        void this.#stream(method, call, (context) => handle(call, context) as AsyncIterable<object>, answerIdleMs);
    return (
      call: ServerUnaryCall<object, object> | ServerReadableStream<object, object>,
      callback: sendUnaryData<object>,
    ) => void this.#answer(method, call, callback, (context) => handle(call, context) as Promise<object>);
  }

  async #answer(
    method: DescMethod,
    call: AnyCall,
    callback: sendUnaryData<object>,
    handle: (context: CallContext) => Promise<object>,
  ): Promise<void> {
    const told = contextOf(call);
    using span = startCallSpan(method, told, { isPublic: this.#access !== undefined });
    const context = { ...told, trace: span.trace };
    try {
      this.#requireKnown(context);
      callback(null, await handle(context), trailersOf(context));
      callAnswered(this.#logger, endedCall(method, call, context));
    } catch (error) {
      callback(this.#refuse(endedCall(method, call, context), error, span));
    }
  }

  async #stream(
    method: DescMethod,
    call: WritableCall,
    handle: (context: CallContext) => AsyncIterable<object>,
    idleMs?: number,
  ): Promise<void> {
    const told = contextOf(call);
    using span = startCallSpan(method, told, { isPublic: this.#access !== undefined });
    const context = { ...told, trace: span.trace };
    try {
      this.#requireKnown(context);
      for await (const message of handle(context)) {
        if (context.signal.aborted) break;
        await written(call, message, context.signal, idleMs);
      }
      call.end(trailersOf(context));
      callAnswered(this.#logger, endedCall(method, call, context));
    } catch (error) {
      call.emit('error', this.#refuse(endedCall(method, call, context), error, span));
    }
  }

  #interceptors({ access, recheckMs, serviceToken }: ServerGuards): ServerInterceptor[] {
    const refuse: Refuse = (call, error) => this.#refuse(call, error);
    return [
      ...(access === undefined ? [] : [guardAccess(access, refuse, recheckMs)]),
      ...(serviceToken === undefined ? [] : [guardServices(serviceToken, refuse)]),
    ];
  }

  /** @throws FilemillError UNAUTHENTICATED */
  #requireKnown({ caller }: CallContext): void {
    if (this.#refusesAnonymous && caller.kind === 'anonymous')
      throw new FilemillError(
        'UNAUTHENTICATED',
        'The upload service demands no credentials of its callers, but this service does: set FILEMILL_AUTH=required for both.',
      );
  }

  #refuse(call: EndedCall, error: unknown, span?: Span): ReturnType<typeof toStatus> {
    const forwarded = isServiceError(error);
    const { reason } = forwarded ? fromServiceError(error) : asFilemillError(error);
    callFailed(this.#logger, call, error, { reason, forwarded, served: this.#rpcs.has(call.rpc) });
    span?.fail(reason);
    const answer = toStatus(error);
    answer.metadata.set(requestIdKey, call.requestId);
    return answer;
  }
}

interface ServerGuards {
  /** For internal listeners: whether a public port that demands no credentials is a mistake. */
  readonly refusesAnonymous?: boolean | undefined;
  /** Who may call what. */
  readonly access?: Access | undefined;
  /** How often the credentials of streams are checked again. */
  readonly recheckMs?: number;
  /** What other services have to show. */
  readonly serviceToken?: string | undefined;
}

/** The trailers of every answer. */
function trailersOf({ requestId }: CallContext): Metadata {
  const metadata = new Metadata();
  metadata.set(requestIdKey, requestId);
  return metadata;
}

/** Reading stops without destroying the call, which still has to carry the answer. */
function read(call: ReadableCall): AsyncIterable<object> {
  return { [Symbol.asyncIterator]: () => call.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]() };
}

/**
 * Back-pressure: one message may wait behind the one that is being sent; a stream by itself would queue 16.
 *
 * @throws FilemillError STREAM_IDLE when the client takes nothing for `idleMs`
 */
async function written(call: WritableCall, message: object, signal: AbortSignal, idleMs?: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  call.write(message, () => resolve());
  if (call.writableLength <= 1) return;
  using _ = onAbort(signal, resolve);
  const idle = idleMs && setTimeout(() => reject(new FilemillError('STREAM_IDLE')), idleMs);
  try {
    await promise;
  } finally {
    clearTimeout(idle);
  }
}
