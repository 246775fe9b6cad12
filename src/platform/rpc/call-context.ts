import type { EventEmitter } from 'node:events';
import { Metadata, type ServerUnaryCall } from '@grpc/grpc-js';
import { aService, type Identity, nobody } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import { requestIdFrom, requestIdKey } from '../request-id.ts';
import { type TraceContext, traceContextFrom, traceKeys } from '../telemetry/trace-context.ts';
import type { CallOptions } from './call-options.ts';

/** On whose behalf a call is made. */
export interface Caller extends Identity {
  readonly address: string;
}

/**
 * The key under which services tell each other the caller, as JSON. A public listener removes what its clients send under
 * this key (`guard/access.ts`); internal listeners believe it.
 */
export const callerKey = 'filemill-caller-bin';

/** The key under which services show each other the token that they share. Public listeners do not look at it. */
export const serviceTokenKey = 'filemill-service-token';

/** The keys by which web tells the public port the address of its client, and proves that it is web. */
export const clientAddressKey = 'filemill-client-address';
export const webTokenKey = 'filemill-web-token';

/** The key under which an answer says, in milliseconds, how old what it tells may be at most. Fresh answers lack it. */
export const stalenessKey = 'filemill-staleness-ms';

/** What a handler knows about its call. Every call has a context, whether it is handled here or forwarded. */
export interface CallContext {
  /** Aborted when the client cancels, its deadline passes, or its connection is lost. */
  readonly signal: AbortSignal;
  readonly caller: Caller;
  /** Address and port of the connection. */
  readonly peer: string;
  /** Milliseconds since the epoch; infinite when the caller set none. */
  readonly deadline: number;
  /** A reading of performance.now(). */
  readonly beganAt: number;
  readonly requestId: string;
  /** The span of this call, or the caller's while no spans are recorded here; undefined without a trace. */
  readonly trace?: TraceContext | undefined;
  /** Says before the answer how old it may be. */
  readonly staleBy?: (ms: number) => void;
}

type AnyCall = Pick<
  ServerUnaryCall<object, object>,
  'cancelled' | 'metadata' | 'getDeadline' | 'getPeer' | 'sendMetadata'
>;

export function contextOf(call: AnyCall): CallContext {
  const peer = call.getPeer();
  const { metadata } = call;
  return {
    signal: signalOf(call),
    caller: callerOf(metadata, peer),
    peer,
    deadline: Number(call.getDeadline()),
    beganAt: performance.now(),
    requestId: requestIdFrom(metadata.get(requestIdKey)[0]),
    trace: traceContextFrom(metadata.get(traceKeys.parent)[0], metadata.get(traceKeys.state)[0]),
    staleBy: (ms) => call.sendMetadata(staleness(ms)),
  };
}

/** What calls to the next service inherit from the call that they are made for. */
export function outgoing({
  signal,
  requestId,
  deadline = Number.POSITIVE_INFINITY,
  caller,
  trace,
  staleBy,
}: Pick<CallContext, 'signal' | 'requestId'> & Partial<CallContext>): CallOptions {
  return {
    signal,
    requestId,
    deadline,
    ...(caller && { caller }),
    ...(trace && { trace }),
    ...(staleBy && { staleBy }),
  };
}

function staleness(ms: number): Metadata {
  const metadata = new Metadata();
  metadata.set(stalenessKey, String(ms));
  return metadata;
}

/** A call without a caller comes from another service, on its own behalf. */
function callerOf(metadata: Metadata, peer: string): Caller {
  const [told] = metadata.get(callerKey);
  if (told === undefined) return { ...aService, address: addressOf(peer) };
  const caller = parsed(told.toString());
  return { ...caller, address: caller.address ?? addressOf(peer) };
}

/** What nobody can read is a call on nobody's behalf: an error here would reach no handler, and end the process. */
function parsed(text: string): Identity & Partial<Caller> {
  try {
    return JSON.parse(text);
  } catch {
    return nobody;
  }
}

/** The address alone, because the port changes with every connection. */
export function addressOf(peer: string): string {
  const address = peer.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return address === '' || address === 'unknown' ? 'local' : address;
}

/** Shared by all calls: its stack says nothing, and making one for each call would cost time. */
const clientWentAway = new FilemillError('UNAVAILABLE', 'The client went away.');

function signalOf(call: AnyCall): AbortSignal {
  const controller = new AbortController();
  if (call.cancelled) controller.abort(clientWentAway);
  else (call as AnyCall & EventEmitter).once('cancelled', () => controller.abort(clientWentAway));
  return controller.signal;
}
