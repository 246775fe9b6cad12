/** The place of a request in a trace, as the headers of W3C Trace Context have it (https://www.w3.org/TR/trace-context/). */
export interface TraceContext {
  /** `00-<trace id>-<span id>-<flags>`. */
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
}

/** The names of the HTTP headers and of the gRPC metadata keys. */
export const traceKeys = { parent: 'traceparent', state: 'tracestate' } as const;

const parent = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The standard asks for the first 512 characters at least; a longer one is dropped, as cutting it could halve an entry. */
const passableState = /^[\x20-\x7e]{1,512}$/;

const leastLength = 55;

/** What a caller sent; undefined unless it is well formed. A later version is passed on as the one that is known here. */
export function traceContextFrom(traceparent: unknown, tracestate?: unknown): TraceContext | undefined {
  if (typeof traceparent !== 'string' || traceparent.length < leastLength) return undefined;
  const [whole, version, traceId, spanId, flags = '', rest] = parent.exec(traceparent) ?? [];
  if (whole === undefined || (version === '00' && rest !== undefined)) return undefined;
  const sampled = Number.parseInt(flags, 16) & 1;
  const known = { traceparent: `00-${traceId}-${spanId}-0${sampled}` };
  return typeof tracestate === 'string' && passableState.test(tracestate) ? { ...known, tracestate } : known;
}

export function traceIdOf({ traceparent }: TraceContext): string {
  return traceparent.slice(3, 35);
}

export function spanIdOf({ traceparent }: TraceContext): string {
  return traceparent.slice(36, 52);
}

/** Whether spans of this trace are recorded. */
export function isSampled({ traceparent }: TraceContext): boolean {
  return traceparent.endsWith('1');
}

/** What is kept with a file, so that each attempt belongs to the trace of its upload: nothing unless it is recorded. */
export function keptTraceparent(trace: TraceContext | undefined): string | null {
  return trace !== undefined && isSampled(trace) ? trace.traceparent : null;
}
