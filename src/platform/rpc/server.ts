import type { EventEmitter } from 'node:events';
import { rm } from 'node:fs/promises';
import type { DescMethod, DescService } from '@bufbuild/protobuf';
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerOptions,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { FilemillError } from '#domain/errors.ts';
import { isStoreFault } from '#domain/store-fault.ts';
import { isVolumeFault } from '#domain/volume-fault.ts';
import { onAbort } from '../abort.ts';
import { integer } from '../config.ts';
import type { Logger } from '../logger.ts';
import { grpcDefinition } from './definition.ts';
import { toStatus } from './errors.ts';
import { ConnectionGuard, type ConnectionLimits } from './guard/connection-guard.ts';
import type { CallContext, ServiceHandlers } from './handlers.ts';

type AnyCall =
  | ServerUnaryCall<object, object>
  | ServerReadableStream<object, object>
  | ServerWritableStream<object, object>
  | ServerDuplexStream<object, object>;

/** Largest message accepted; chunks should stay well below. */
const maxMessageBytes = 1024 * 1024;

/**
 * For listeners that only the other services reach: whole batches come in one message, and a connection may be
 * closed at an age (0 for never), so that clients look up their peers anew and spread over those that came since.
 * Calls in flight end first.
 */
export function internalServerOptions({ maxConnectionAgeMs }: { readonly maxConnectionAgeMs: number }): ServerOptions {
  return {
    'grpc.max_receive_message_length': 32 * 1024 * 1024,
    ...(maxConnectionAgeMs > 0 && { 'grpc.max_connection_age_ms': maxConnectionAgeMs }),
  };
}

/** Of a service with such a listener. */
export const internalServerSettings = {
  FILEMILL_GRPC_MAX_CONNECTION_AGE_MS: integer(0).default(0),
} as const;

/** For a port that anyone may reach: one connection can hold neither many calls nor much memory. */
export const publicServerOptions: ServerOptions = {
  'grpc.max_concurrent_streams': 256,
  'grpc-node.max_session_memory': 64,
};

const defaultLimits: ConnectionLimits = { requestMs: 15_000, heldBytes: 256 * 1024 * 1024, maxConnections: 4_096 };

/** Time that calls in flight get once the server stops. */
const drainMs = 20_000;

/** A gRPC server whose handlers are plain async functions over protobuf-es messages. */
export class RpcServer implements AsyncDisposable {
  readonly #logger: Logger;
  readonly #server: Server;
  readonly #guard: ConnectionGuard;
  readonly #streamedPaths = new Set<string>();
  #port = 0;

  constructor(logger: Logger, options: ServerOptions = {}, limits: Partial<ConnectionLimits> = {}) {
    this.#logger = logger;
    this.#server = new Server({
      'grpc.max_receive_message_length': maxMessageBytes,
      'grpc.max_concurrent_streams': 1_000,
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
      ...options,
    });
    this.#guard = new ConnectionGuard({ ...defaultLimits, ...limits }, logger, (path) => this.#streamedPaths.has(path));
    this.#guard.watch(this.#server);
  }

  add<S extends DescService>(service: S, handlers: ServiceHandlers<S>): this {
    return this.addPart(service, handlers);
  }

  /** Serves what there is a handler for, and answers UNIMPLEMENTED to the rest, as an earlier version would. */
  addPart<S extends DescService>(service: S, handlers: Partial<ServiceHandlers<S>>): this {
    const untyped = handlers as Record<string, Handler | undefined>;
    const implementation: UntypedServiceImplementation = {};
    for (const method of service.methods) {
      const handler = untyped[method.localName];
      if (handler !== undefined) implementation[method.localName] = this.#adapt(method, handler);
    }
    return this.addRaw(grpcDefinition(service), implementation);
  }

  /** Adds an implementation that speaks grpc-js itself, such as a forwarder. */
  addRaw(definition: Parameters<Server['addService']>[0], implementation: UntypedServiceImplementation): this {
    for (const { path, requestStream } of Object.values(definition)) if (requestStream) this.#streamedPaths.add(path);
    this.#server.addService(definition, implementation);
    return this;
  }

  /** Listens on `HOST:PORT` or `unix:/PATH`. */
  async listen(address: string): Promise<void> {
    if (address.startsWith('unix:')) await rm(address.slice('unix:'.length), { force: true });
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
    this.#port = await promise;
    this.#logger.info({ address }, 'gRPC listens');
  }

  /** The TCP port that was bound; useful after listening on port 0. */
  get port(): number {
    return this.#port;
  }

  /** Takes no new calls, lets those in flight end, then cuts what is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const backstop = setTimeout(() => this.#server.forceShutdown(), drainMs);
    this.#server.tryShutdown(() => resolve());
    await promise;
    clearTimeout(backstop);
    this.#guard[Symbol.dispose]();
  }

  #adapt(method: DescMethod, handler: Handler): UntypedHandleCall {
    switch (method.methodKind) {
      case 'unary':
        return (call: ServerUnaryCall<object, object>, callback: sendUnaryData<object>) => {
          void this.#answer(method, call, callback, (context) => handler(call.request, context) as Promise<object>);
        };
      case 'client_streaming':
        return (call: ServerReadableStream<object, object>, callback: sendUnaryData<object>) => {
          void this.#answer(method, call, callback, (context) => handler(read(call), context) as Promise<object>);
        };
      case 'server_streaming':
        return (call: ServerWritableStream<object, object>) => {
          void this.#stream(method, call, (context) => handler(call.request, context) as AsyncIterable<object>);
        };
      case 'bidi_streaming':
        return (call: ServerDuplexStream<object, object>) => {
          void this.#stream(method, call, (context) => handler(read(call), context) as AsyncIterable<object>);
        };
    }
  }

  async #answer(
    method: DescMethod,
    call: AnyCall,
    callback: sendUnaryData<object>,
    handle: (context: CallContext) => Promise<object>,
  ): Promise<void> {
    try {
      callback(null, await handle(contextOf(call)));
    } catch (error) {
      this.#log(method, call, error);
      callback(toStatus(error));
    }
  }

  async #stream(
    method: DescMethod,
    call: ServerWritableStream<object, object> | ServerDuplexStream<object, object>,
    handle: (context: CallContext) => AsyncIterable<object>,
  ): Promise<void> {
    const context = contextOf(call);
    try {
      for await (const message of handle(context)) {
        if (context.signal.aborted) break;
        await written(call, message, context.signal);
      }
      call.end();
    } catch (error) {
      this.#log(method, call, error);
      call.emit('error', toStatus(error));
    }
  }

  #log(method: DescMethod, call: AnyCall, error: unknown): void {
    const rpc = `${method.parent.typeName}/${method.name}`;
    if (call.cancelled) this.#logger.debug({ rpc, err: error }, 'call cancelled');
    // What a store has failed was logged once, by the service that holds it.
    else if (isStoreFault(error)) this.#logger.debug({ rpc, err: error }, 'call refused');
    else if (isVolumeFault(error)) this.#logger.warn({ rpc, err: error }, 'the volume fails');
    else if (error instanceof FilemillError && error.reason !== 'INTERNAL')
      this.#logger.info({ rpc, peer: call.getPeer(), reason: error.reason, detail: error.message }, 'call refused');
    else this.#logger.error({ rpc, peer: call.getPeer(), err: error }, 'call failed');
  }
}

type Handler = (request: object, context: CallContext) => Promise<object> | AsyncIterable<object>;

/** One for all: where it was made tells nothing, and every call would make one at its end. */
const clientWentAway = new FilemillError('UNAVAILABLE', 'The client went away.');

function contextOf(call: AnyCall): CallContext {
  const controller = new AbortController();
  if (call.cancelled) controller.abort();
  else (call as EventEmitter).once('cancelled', () => controller.abort(clientWentAway));
  return { signal: controller.signal, peer: call.getPeer() };
}

/** Reading stops without destroying the call, which still has to carry the answer. */
function read(call: ServerReadableStream<object, object> | ServerDuplexStream<object, object>): AsyncIterable<object> {
  return { [Symbol.asyncIterator]: () => call.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]() };
}

/** Lets one message wait behind the one that is being sent; a stream by itself would queue 16. */
async function written(
  call: ServerWritableStream<object, object> | ServerDuplexStream<object, object>,
  message: object,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  call.write(message, () => resolve());
  if (call.writableLength <= 1) return;
  using _ = onAbort(signal, resolve);
  await promise;
}
