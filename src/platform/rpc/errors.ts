import { STATUS_CODES } from 'node:http';
import { constants } from 'node:os';
import { getSystemErrorMessage } from 'node:util';
import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { anyPack, anyUnpack, durationFromMs, durationMs } from '@bufbuild/protobuf/wkt';
import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { catalogue, FilemillError, isReason, type Reason } from '#domain/errors.ts';
import { reasonOfProxyAnswer } from '#domain/proxy-answer.ts';
import { asFilemillError } from '#domain/volume-fault.ts';
import { ErrorInfoSchema, RequestInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { type Status, StatusSchema } from '#gen/google/rpc/status_pb.ts';
import { requestIdKey } from '../request-id.ts';

/** `domain` of every google.rpc.ErrorInfo that Filemill sends. */
const errorDomain = 'filemill';
const detailsKey = 'grpc-status-details-bin';

/**
 * The status that a caller receives: the catalogue's code, the message, and the reason as a detail. The error of another
 * service is forwarded as it is.
 */
export function toStatus(error: unknown): Pick<StatusObject, 'code' | 'details' | 'metadata'> {
  if (isServiceError(error)) return forwarded(error);
  const told = toRpcStatus(error);
  const metadata = new Metadata();
  metadata.set(detailsKey, Buffer.from(toBinary(StatusSchema, told)));
  return { code: told.code, details: told.message, metadata };
}

/** The error of another service without its other trailers, which belong to the inner connection. */
function forwarded({ code, details, metadata: trailers }: ServiceError) {
  const metadata = new Metadata();
  for (const told of trailers?.get(detailsKey) ?? []) metadata.set(detailsKey, told);
  return { code, details, metadata };
}

/** The codes that grpc-js answers in place of a handler: for unknown methods, and for malformed or oversized messages. */
const libraryAnswers: readonly number[] = [status.UNIMPLEMENTED, status.INTERNAL, status.RESOURCE_EXHAUSTED];

/** The error that a service itself answered, to be forwarded. A failure on the way to it stays an error of this side. */
export function answeredError(error: unknown): unknown {
  const { cause } = error as FilemillError;
  if (!isServiceError(cause)) return error;
  const isTold = (cause.metadata?.get(detailsKey).length ?? 0) > 0 || libraryAnswers.includes(cause.code);
  return isTold ? cause : error;
}

/**
 * The status as a message, for answers about one item of many.
 *
 * @param requestId the id under which the log has more
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
    const retryDelay = durationFromMs(known.retryAfterMs);
    details.push(anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay })));
  }
  if (requestId !== undefined) details.push(anyPack(RequestInfoSchema, create(RequestInfoSchema, { requestId })));
  return create(StatusSchema, { code, message: known.message, details });
}

/** The error that such a message carries. */
export function fromRpcStatus(told: Status): FilemillError {
  const info = findDetail(told, ErrorInfoSchema);
  const requestId = findDetail(told, RequestInfoSchema)?.requestId;
  return info !== undefined && isReason(info.reason)
    ? new FilemillError(info.reason, told.message, { facts: info.metadata, requestId, ...delayOf(told) })
    : new FilemillError(nearestReason({ code: told.code, details: told.message }), told.message, { requestId });
}

/** What a client knows about its call besides the error. */
export interface Seen {
  /** The name of the other side, such as `the metadata service`; absent where users know it as the server. */
  readonly part?: string | undefined;
  /** The proxy on the way to the server, as error messages name it. */
  readonly proxy?: string | undefined;
  /** `Content-Type` of the answer; undefined before there is one. */
  readonly contentType?: string | undefined;
}

/**
 * The error that a client throws. An answer without one of our reasons becomes the nearest reason of the catalogue, with
 * the transport's own message.
 */
export function fromServiceError(error: unknown, seen: Seen = {}): FilemillError {
  if (error instanceof FilemillError) return error;
  if (!isServiceError(error))
    return new FilemillError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
  const told = statusOf(error.metadata);
  const info = told && findDetail(told, ErrorInfoSchema);
  const requestId = error.metadata?.get(requestIdKey)[0]?.toString();
  if (info !== undefined && isReason(info.reason))
    return new FilemillError(info.reason, error.details, {
      ...{ cause: error, facts: info.metadata, requestId },
      ...delayOf(told),
    });
  return new FilemillError(...transportError(error, seen), { cause: error, requestId });
}

/** Clients retry these errors and no others: UNAVAILABLE, and whatever carries a RetryInfo. */
export function isRetryable(error: FilemillError): boolean {
  return error.retryAfterMs !== undefined;
}

/** Whether the server's version does not know the call. */
export function isUnimplemented({ reason, cause }: FilemillError): boolean {
  return reason === 'INTERNAL' && isServiceError(cause) && cause.code === status.UNIMPLEMENTED;
}

/** Whether the address is wrong, so that waiting does not help: an unknown name, or a port that does not speak gRPC. */
export function isWrongAddress({ cause }: FilemillError): boolean {
  return (
    isServiceError(cause) &&
    /^Name resolution failed|^Failed to parse |Last error: (?:Error: )?Protocol error/.test(cause.details)
  );
}

/** Whether the call alone was reset, while its connection lives on. */
export function isReset({ cause }: FilemillError): boolean {
  return isServiceError(cause) && cause.details.includes('RST_STREAM');
}

/** A failure on the way to the server or back: an answer of the server itself would carry a reason. */
function transportError(error: ServiceError, { part, proxy, contentType }: Seen): [Reason, string] {
  const details = plainWords(error.details);
  const isLost = error.code === status.UNAVAILABLE || error.code === status.DEADLINE_EXCEEDED;
  const another = failureOnTheWay(details) ?? proxyAnswer(details, contentType);
  if (part !== undefined && another !== undefined)
    return ['UNAVAILABLE', `${another[0].startsWith('TLS_') ? 'TLS to' : 'A proxy on the way to'} ${part} fails.`];
  if (part !== undefined && isLost)
    return ['UNAVAILABLE', `${part.charAt(0).toUpperCase()}${part.slice(1)} does not answer: ${details}.`];
  if (another !== undefined) return another;
  if (proxy !== undefined && isLost) return ['PROXY_UNAVAILABLE', `Through the proxy ${proxy}: ${details}`];
  return [nearestReason(error), details];
}

/** What tunnels and TLS report of a connection that failed. */
function failureOnTheWay(details: string): [Reason, string] | undefined {
  const [, reason = '', message = ''] = /^((?:PROXY|TLS)_[A-Z]+): (.+)$/s.exec(details) ?? [];
  // A server refuses a client certificate after the client has taken the connection for made.
  const [, alert] = /SSL routines:\w*:\w* alert ([a-z ]+)/.exec(details) ?? [];
  if (alert !== undefined) return ['TLS_REFUSED', `The server refused the connection by TLS: ${alert}.`];
  return isReason(reason) ? [reason, message] : undefined;
}

/** An answer that is not Filemill's: Filemill always answers with the HTTP status 200 and the content type of gRPC. */
function proxyAnswer(details: string, contentType: string | undefined): [Reason, string] | undefined {
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

function statusOf(metadata: Metadata | undefined): Status | undefined {
  const [bytes] = metadata?.get(detailsKey) ?? [];
  return Buffer.isBuffer(bytes) ? fromBinary(StatusSchema, bytes) : undefined;
}

/** The delay that the server asks for, which is not always that of the catalogue. */
function delayOf(told: Status | undefined): { readonly retryAfterMs?: number } {
  const delay = told && findDetail(told, RetryInfoSchema)?.retryDelay;
  return delay === undefined ? {} : { retryAfterMs: durationMs(delay) };
}

function findDetail<Desc extends DescMessage>({ details }: Status, schema: Desc): MessageShape<Desc> | undefined {
  const unpacked = details.values().map((detail) => anyUnpack(detail, schema));
  return unpacked.find((info) => info !== undefined);
}

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}

/** What grpc-js says of a call that met no server, and its meaning in plain words. */
const meanings: readonly [pattern: RegExp, meaning: string | ((...match: string[]) => string)][] = [
  // The reason of a failed connection is wrapped in words about load balancing.
  [/^.*Last error: (?:Error: )?(?!.*Last error: )(.*?)\.? Resolution note: .*$/s, '$1'],
  // A connection that fails in the same way again comes without a reason.
  [/^null$/, 'no connection can be made'],
  [/^(?:connect|read|write) (E[A-Z0-9]+)\b.*$/s, (_, code = '') => errnoWords(code)],
  [/^Failed to connect \(.*$/s, 'the connection was closed at once'],
  [/^Deadline exceeded after (\d+(?:\.\d)?)\d*s.*$/s, 'no answer within $1 s'],
  [/^Name resolution failed for target .*$/s, 'the name is not known'],
  [/^Failed to parse .*$/s, 'the address is malformed'],
  [/^Protocol error.*$/s, 'what answers there does not speak gRPC: it may be an HTTP port, or want TLS (https://)'],
];

/** Names no host and no path, because a service forwards it to its own clients. */
function plainWords(details: string): string {
  return meanings.reduce((text, [pattern, meaning]) => text.replace(pattern, meaning as string), details);
}

/** `connection refused` for ECONNREFUSED, in the words of the operating system. */
function errnoWords(code: string): string {
  const number = (constants.errno as Readonly<Record<string, number>>)[code];
  return number === undefined ? code : getSystemErrorMessage(-number);
}
