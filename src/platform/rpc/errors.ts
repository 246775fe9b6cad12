import { STATUS_CODES } from 'node:http';
import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { anyPack, anyUnpack, DurationSchema } from '@bufbuild/protobuf/wkt';
import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { catalogue, FilemillError, isReason, type Reason } from '#domain/errors.ts';
import { reasonOfProxyAnswer } from '#domain/proxy-answer.ts';
import { asFilemillError } from '#domain/volume-fault.ts';
import { ErrorInfoSchema, RequestInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { type Status, StatusSchema } from '#gen/google/rpc/status_pb.ts';
import { requestIdKey } from '../request-id.ts';
import { isMisdirected, plainWords } from './transport-words.ts';

/** `domain` of every google.rpc.ErrorInfo that Filemill sends. */
const errorDomain = 'filemill';
const detailsKey = 'grpc-status-details-bin';

/**
 * What a caller is told of an error: the catalogue's code, its message, and the reason as a detail. An error that
 * another service has told is passed on as it is.
 */
export function toStatus(error: unknown): Pick<StatusObject, 'code' | 'details' | 'metadata'> {
  if (isServiceError(error)) return passedOn(error);
  const told = toRpcStatus(error);
  const metadata = new Metadata();
  metadata.set(detailsKey, Buffer.from(toBinary(StatusSchema, told)));
  return { code: told.code, details: told.message, metadata };
}

/** What another service has said itself, without the other trailers, which belong to the inner connection. */
function passedOn({ code, details, metadata: trailers }: ServiceError) {
  const metadata = new Metadata();
  for (const told of trailers?.get(detailsKey) ?? []) metadata.set(detailsKey, told);
  return { code, details, metadata };
}

/** What grpc-js answers in the place of a handler: to unknown methods, and to messages that it cannot read or that are too large. */
const answeredByLibrary: readonly number[] = [status.UNIMPLEMENTED, status.INTERNAL, status.RESOURCE_EXHAUSTED];

/** The answer of another service, to be passed on as it is. What befell the call on the way there stays this side's error. */
export function toldByService(error: unknown): unknown {
  const { cause } = error as FilemillError;
  if (!isServiceError(cause)) return error;
  const isTold = (cause.metadata?.get(detailsKey).length ?? 0) > 0 || answeredByLibrary.includes(cause.code);
  return isTold ? cause : error;
}

/**
 * The same as a message of its own, for answers that tell of one among many.
 *
 * @param requestId under which the log tells more of it
 */
export function toRpcStatus(error: unknown, requestId?: string): Status {
  const known = asFilemillError(error);
  const code = status[catalogue[known.reason].code];
  const details = [
    anyPack(
      ErrorInfoSchema,
      create(ErrorInfoSchema, { reason: known.reason, domain: errorDomain, metadata: { ...known.facts } }),
    ),
  ];
  if (known.retryAfterMs !== undefined) {
    const delay = {
      seconds: BigInt(Math.floor(known.retryAfterMs / 1_000)),
      nanos: (known.retryAfterMs % 1_000) * 1e6,
    };
    details.push(anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay: create(DurationSchema, delay) })));
  }
  if (requestId !== undefined) details.push(anyPack(RequestInfoSchema, create(RequestInfoSchema, { requestId })));
  return create(StatusSchema, { code, message: known.message, details });
}

/** An error that a client was told of in a message. */
export function fromRpcStatus(told: Status): FilemillError {
  const info = findDetail(told, ErrorInfoSchema);
  const requestId = findDetail(told, RequestInfoSchema)?.requestId;
  return info !== undefined && isReason(info.reason)
    ? new FilemillError(info.reason, told.message, { facts: info.metadata, requestId })
    : new FilemillError(nearestReason({ code: told.code, details: told.message }), told.message, { requestId });
}

/** What a client knows of how its call went, beside the error. */
export interface Seen {
  /** What the other side is called in this system, such as `the metadata service`; people may know it as the server. */
  readonly part?: string | undefined;
  /** The proxy that the environment names for the way to the server, for people. */
  readonly proxy?: string | undefined;
  /** `Content-Type` of the answer; undefined before there is one. */
  readonly contentType?: string | undefined;
}

/**
 * The other way round, for clients. An answer without one of our reasons becomes the nearest word of
 * the catalogue, with the transport's own message.
 */
export function fromServiceError(error: unknown, seen: Seen = {}): FilemillError {
  if (error instanceof FilemillError) return error;
  if (!isServiceError(error))
    return new FilemillError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
  const info = errorInfo(error.metadata);
  const requestId = error.metadata?.get(requestIdKey)[0]?.toString();
  if (info !== undefined && isReason(info.reason))
    return new FilemillError(info.reason, error.details, { cause: error, facts: info.metadata, requestId });
  return new FilemillError(...onTheWay(error, seen), { cause: error, requestId });
}

/** Clients try again on these and on nothing else: UNAVAILABLE, and whatever carries a RetryInfo. */
export function isRetryable(error: FilemillError): boolean {
  return error.retryAfterMs !== undefined;
}

/** Whether the server is of a version that does not know the call. */
export function isUnimplemented({ reason, cause }: FilemillError): boolean {
  return reason === 'INTERNAL' && isServiceError(cause) && cause.code === status.UNIMPLEMENTED;
}

/** Whether the call found no server because of the address alone: its name is not known, or it is not one of gRPC. */
export function isWrongAddress({ cause }: FilemillError): boolean {
  return isServiceError(cause) && isMisdirected(cause.details);
}

/** Whether the call was cut off by itself, while its connection lives on. */
export function isReset({ cause }: FilemillError): boolean {
  return isServiceError(cause) && cause.details.includes('RST_STREAM');
}

/** The server itself names a reason: this befell the call before it came there, or on its way back. */
function onTheWay(error: ServiceError, { part, proxy, contentType }: Seen): [Reason, string] {
  const details = plainWords(error.details);
  const isLost = error.code === status.UNAVAILABLE || error.code === status.DEADLINE_EXCEEDED;
  const another = answerOfAnother(details, contentType);
  if (part !== undefined && another !== undefined) return ['UNAVAILABLE', `A proxy on the way to ${part} fails.`];
  if (part !== undefined && isLost) return ['UNAVAILABLE', `${capitalized(part)} does not answer: ${details}.`];
  if (another !== undefined) return another;
  if (proxy !== undefined && isLost) return ['PROXY_UNAVAILABLE', `Through the proxy ${proxy}: ${details}`];
  return [nearestReason(error), details];
}

/** Filemill answers every call of gRPC with the HTTP status 200 and the content type of gRPC. */
function answerOfAnother(details: string, contentType: string | undefined): [Reason, string] | undefined {
  const [, tunnelReason = '', tunnelMessage = ''] = /^(PROXY_[A-Z]+): (.+)$/s.exec(details) ?? [];
  if (isReason(tunnelReason)) return [tunnelReason, tunnelMessage];
  const [, httpStatus] = /^Received HTTP status code (\d+)/.exec(details) ?? [];
  if (httpStatus === undefined && (contentType === undefined || contentType.startsWith('application/grpc')))
    return undefined;
  const code = Number(httpStatus ?? 200);
  const answer =
    code === 200 ? `with ${contentType ?? 'nothing else'}, not gRPC` : `${code} ${STATUS_CODES[code] ?? ''}`.trim();
  return [reasonOfProxyAnswer(code), `A proxy between you and Filemill answered ${answer}.`];
}

function nearestReason(
  error: Pick<ServiceError, 'code' | 'details'>,
): 'UNAVAILABLE' | 'MESSAGE_TOO_LARGE' | 'REQUEST_INVALID' | 'FILE_NOT_FOUND' | 'INTERNAL' {
  switch (error.code) {
    case status.UNAVAILABLE:
    case status.CANCELLED:
    case status.DEADLINE_EXCEEDED:
      return 'UNAVAILABLE';
    case status.RESOURCE_EXHAUSTED:
      return 'MESSAGE_TOO_LARGE';
    case status.INVALID_ARGUMENT:
      return 'REQUEST_INVALID';
    case status.NOT_FOUND:
      return 'FILE_NOT_FOUND';
    // A connection that breaks in mid-stream is reported as INTERNAL by the transport.
    case status.INTERNAL:
      return /RST_STREAM|GOAWAY|connection|ECONNRESET/i.test(error.details) ? 'UNAVAILABLE' : 'INTERNAL';
    default:
      return 'INTERNAL';
  }
}

function errorInfo(metadata: Metadata | undefined) {
  const [bytes] = metadata?.get(detailsKey) ?? [];
  return Buffer.isBuffer(bytes) ? findDetail(fromBinary(StatusSchema, bytes), ErrorInfoSchema) : undefined;
}

function findDetail<Desc extends DescMessage>({ details }: Status, schema: Desc): MessageShape<Desc> | undefined {
  for (const detail of details) {
    const info = anyUnpack(detail, schema);
    if (info !== undefined) return info;
  }
  return undefined;
}

function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}
