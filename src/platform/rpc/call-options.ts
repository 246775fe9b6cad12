import type { Identity } from '#domain/access.ts';
import type { TraceContext } from '../telemetry/trace-context.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds until the call gives up: by default 15 s for unary calls, and no limit for streams. */
  readonly timeoutMs?: number;
  /** The moment at which the call gives up in any case, in milliseconds since the epoch. */
  readonly deadline?: number;
  /** The id under which services log the call; the first service makes one if it is absent. */
  readonly requestId?: string | undefined;
  /** The trace that the call is a part of. */
  readonly trace?: TraceContext | undefined;
  /** On whose behalf a service calls; absent when on its own. Public listeners do not believe it. */
  readonly caller?: Identity | undefined;
  /** The `authorization` of the call, in place of that of the channel. */
  readonly authorization?: string | undefined;
  /** The address of the client on whose behalf web calls. */
  readonly clientAddress?: string | undefined;
  /**
   * Called when the transport has accepted a message of a client's stream. The first MiB may still be in the
   * transport's own memory; the server has made room for everything after that.
   */
  readonly onTaken?: () => void;
  /** Called with the server's time when it answers a unary call, to the second (RFC 9110, section 6.6.1). */
  readonly onServerTime?: (time: Date) => void;
  /** Called when the answer says how old what it tells may be, in milliseconds. */
  readonly staleBy?: (ms: number) => void;
}
