import type { EventEmitter } from 'node:events';
import type { ServerUnaryCall } from '@grpc/grpc-js';
import { FilemillError } from '#domain/errors.ts';
import { requestIdFrom, requestIdKey } from '../request-id.ts';
import type { CallOptions } from './client.ts';

/** Until there is authentication, only the address of a caller is known. */
export interface Caller {
  readonly kind: 'anonymous';
  readonly address: string;
}

/** What a handler knows about its call. Every call has a context, whether it is handled here or forwarded. */
export interface CallContext {
  /** Aborted when the client cancels, its deadline passes, or its connection is lost. */
  readonly signal: AbortSignal;
  readonly caller: Caller;
  /** Address and port of the connection. */
  readonly peer: string;
  /** Milliseconds since the epoch; infinite when the caller set none. */
  readonly deadline: number;
  readonly requestId: string;
}

type AnyCall = Pick<ServerUnaryCall<object, object>, 'cancelled' | 'metadata' | 'getDeadline' | 'getPeer'>;

export function contextOf(call: AnyCall): CallContext {
  const peer = call.getPeer();
  return {
    signal: signalOf(call),
    caller: callerOf(peer),
    peer,
    deadline: Number(call.getDeadline()),
    requestId: requestIdFrom(call.metadata.get(requestIdKey)[0]),
  };
}

/** What calls to the next service inherit from the call that they are made for. */
export function outgoing({
  signal,
  requestId,
  deadline = Number.POSITIVE_INFINITY,
}: Pick<CallContext, 'signal' | 'requestId'> & Partial<CallContext>): CallOptions {
  return { signal, requestId, deadline };
}

/** The caller by its address alone, because the port changes with every connection. */
export function callerOf(peer: string): Caller {
  const address = peer.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return { kind: 'anonymous', address: address === '' || address === 'unknown' ? 'local' : address };
}

/** Shared by all calls: its stack says nothing, and making one for each call would cost time. */
const clientWentAway = new FilemillError('UNAVAILABLE', 'The client went away.');

function signalOf(call: AnyCall): AbortSignal {
  const controller = new AbortController();
  if (call.cancelled) controller.abort(clientWentAway);
  else (call as AnyCall & EventEmitter).once('cancelled', () => controller.abort(clientWentAway));
  return controller.signal;
}
