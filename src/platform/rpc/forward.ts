import type { DescService } from '@bufbuild/protobuf';
import {
  type Client,
  Metadata,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type ServiceError,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { FilemillError } from '#domain/errors.ts';
import { rawDefinition } from './definition.ts';
import { toStatus } from './errors.ts';

const unaryTimeoutMs = 15_000;

/**
 * Serves `service` by passing every call on to `upstream` as bytes, errors and their details included.
 * Knows unary and server-streaming methods, which is all that is forwarded. Streams, which may be without
 * end, end with SHUTTING_DOWN when `stopping` is aborted.
 */
export function forwarder(
  service: DescService,
  upstream: Client,
  stopping: AbortSignal,
): { definition: ServiceDefinition; implementation: UntypedServiceImplementation } {
  const definition = rawDefinition(service);
  const implementation: UntypedServiceImplementation = {};
  for (const method of service.methods) {
    const { path, requestSerialize, responseDeserialize } = definition[method.localName] as RawMethod;
    if (method.methodKind === 'unary') {
      implementation[method.localName] = (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
        const onward = upstream.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          call.request,
          new Metadata(),
          { deadline: onwardDeadline(call) },
          (error, response) => (error ? callback(statusOf(error)) : callback(null, response as Buffer)),
        );
        call.once('cancelled', () => onward.cancel());
      };
    } else if (method.methodKind === 'server_streaming') {
      implementation[method.localName] = (call: ServerWritableStream<Buffer, Buffer>) => {
        const onward = upstream.makeServerStreamRequest(
          path,
          requestSerialize,
          responseDeserialize,
          call.request,
          new Metadata(),
          {},
        );
        call.once('cancelled', () => onward.cancel());
        const stop = () => onward.cancel();
        stopping.addEventListener('abort', stop, { once: true });
        onward.once('status', () => stopping.removeEventListener('abort', stop));
        onward.on('error', (error: ServiceError) =>
          call.emit('error', stopping.aborted ? toStatus(new FilemillError('SHUTTING_DOWN')) : statusOf(error)),
        );
        onward.on('data', (message: Buffer) => {
          call.write(message, () => onward.resume());
          // Streams queue 16 messages before they say that it is enough: too much for readers who take nothing.
          if (call.writableLength > 1) onward.pause();
        });
        onward.on('end', () => call.end());
      };
    } else
      throw new Error(`${method.name} is ${method.methodKind}: only unary and server-streaming calls are forwarded`);
  }
  return { definition, implementation };
}

interface RawMethod {
  readonly path: string;
  readonly requestSerialize: (message: Buffer) => Buffer;
  readonly responseDeserialize: (message: Buffer) => Buffer;
}

/** The caller's own deadline, or a default, so that a hanging upstream is noticed. */
function onwardDeadline(call: ServerUnaryCall<Buffer, Buffer>): Date | number {
  const deadline = call.getDeadline();
  return deadline === Number.POSITIVE_INFINITY ? Date.now() + unaryTimeoutMs : deadline;
}

/** Only the details travel on: other trailers belong to the inner connection. */
function statusOf(error: ServiceError) {
  const metadata = new Metadata();
  for (const value of error.metadata?.get('grpc-status-details-bin') ?? [])
    metadata.set('grpc-status-details-bin', value);
  return { code: error.code, details: error.details, metadata };
}
