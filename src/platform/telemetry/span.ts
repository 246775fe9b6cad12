import { FilemillError } from '#domain/errors.ts';
import type { TraceContext } from './trace-context.ts';

/** Names follow the semantic conventions of OpenTelemetry where there are any, and begin with `filemill.` otherwise. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
  /** Undefined where no trace is known. */
  readonly parent?: TraceContext | undefined;
  /** Where there is no parent, a trace begins here if the sampler says so. */
  readonly root?: boolean;
  /** A trace that begins here is recorded, whatever the sampler says: something that it links to is. */
  readonly recorded?: boolean;
  readonly kind?: 'server' | 'client' | 'consumer' | 'internal';
  readonly links?: readonly (TraceContext | undefined)[];
  readonly attributes?: Attributes;
  /** A reading of performance.now(), for a span that began earlier. */
  readonly beganAt?: number;
}

/** A part of a trace. Disposing ends it. */
export interface Span extends Disposable {
  /** What its children and calls to other services inherit; the parent's own while this process records nothing. */
  readonly trace: TraceContext | undefined;
  readonly isRecorded: boolean;
  set(attributes: Attributes): void;
  link(to: Span): void;
  /** @param error what was thrown, or a reason */
  fail(error: unknown): void;
  /** @param at a reading of performance.now() */
  end(at?: number): void;
}

/** The reason in the catalogue, or the kind of a defect: a message might quote what users sent. */
export function errorType(error: unknown): string {
  if (typeof error === 'string') return error;
  if (error instanceof FilemillError) return error.reason;
  return error instanceof Error ? error.name : 'Error';
}
