import type { DescService } from '@bufbuild/protobuf';
import {
  type Client,
  Metadata,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type ServiceError,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { FilemillError } from '#domain/errors.ts';
import { onAbort } from '../abort.ts';
import { rawDefinition } from './definition.ts';
import { fromServiceError, type Seen, toStatus } from './errors.ts';

const unaryTimeoutMs = 15_000;

/** A channel to the service that answers. */
export interface Upstream {
  readonly raw: Client;
  readonly seen: Seen;
}

/**
 * Serves `service` by passing every call on to `upstream` as bytes, errors and their details included.
 * Knows unary and server-streaming methods, which is all that is forwarded. Streams, which may be without
 * end, end with SHUTTING_DOWN when `stopping` is aborted.
 */
export function forwarder(
  service: DescService,
  { raw: upstream, seen }: Upstream,
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
          (error, response) => (error ? callback(statusOf(error, seen)) : callback(null, response as Buffer)),
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
        const cancelling = onAbort(stopping, () => onward.cancel());
        onward.once('status', () => cancelling[Symbol.dispose]());
        onward.on('error', (error: ServiceError) =>
          call.emit('error', stopping.aborted ? toStatus(new FilemillError('SHUTTING_DOWN')) : statusOf(error, seen)),
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

/** What the service itself said travels on as it is; what befell the call on the way there is told as this server's. */
function statusOf(error: ServiceError, seen: Seen) {
  const [told] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (told === undefined && error.code !== status.UNIMPLEMENTED) return toStatus(fromServiceError(error, seen));
  // Other trailers belong to the inner connection.
  const metadata = new Metadata();
  if (told !== undefined) metadata.set('grpc-status-details-bin', told);
  return { code: error.code, details: error.details, metadata };
}
