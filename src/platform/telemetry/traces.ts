import type { Logger } from '../logger.ts';
import type { Span, SpanOptions } from './span.ts';
import type { SpanRecorder } from './span-recorder.ts';
import { isSampled, type TraceContext } from './trace-context.ts';
import type { TracesConfig } from './traces-config.ts';

/** Set while this process records traces. */
let recorder: SpanRecorder | undefined;

/** Begins to record, if the settings say so; the libraries for it are loaded only then. */
export async function startTraces(config: TracesConfig | undefined, logger: Logger): Promise<void> {
  if (config === undefined) return;
  const { SpanRecorder } = await import('./span-recorder.ts');
  recorder = new SpanRecorder(config, logger);
}

/** Sends what was recorded. Spans that still run are lost. */
export async function stopTraces(): Promise<void> {
  const stopped = recorder;
  recorder = undefined;
  await stopped?.[Symbol.asyncDispose]();
}

type ChildOptions = Pick<SpanOptions, 'attributes' | 'beganAt' | 'kind'>;

/** A span within a file's trace; none at all for a file that is not traced, so that it costs nothing. */
export function startChild(name: string, trace: TraceContext | undefined, options: ChildOptions): Span | undefined {
  if (trace === undefined || recorder === undefined || !isSampled(trace)) return undefined;
  return recorder.start(name, { ...options, parent: trace });
}

/** Costs next to nothing where nothing is recorded. */
export function startSpan(name: string, options: SpanOptions): Span {
  const { parent, root = false, kind } = options;
  // Whoever called from outside is asked again by the sampler; within a process, the decision is made.
  const isWanted = parent === undefined ? root : isSampled(parent) || kind === 'server';
  if (recorder !== undefined && isWanted) return recorder.start(name, options);
  return parent === undefined ? passing : new PassingSpan(parent);
}

/**
 * A call that several files share. With one traced file among them, it is a child of that file's span. With more it has
 * no single parent: it begins a trace of its own that links to each of them, and each links to it.
 */
export function startShared(name: string, spans: readonly (Span | undefined)[]): Span {
  const members = spans.filter((span) => span?.isRecorded === true) as Span[];
  const options = { kind: 'client', attributes: { 'filemill.batch.files': spans.length } } as const;
  const [first] = members;
  return members.length > 1
    ? startLinked(name, members, options)
    : startSpan(name, { ...options, parent: first?.trace });
}

/** Begins a trace that links to each of these spans, and they to it. */
export function startLinked(name: string, members: readonly Span[], options: ChildOptions): Span {
  const links = members.map(({ trace }) => trace);
  const linked = startSpan(name, { ...options, links, root: true, recorded: true });
  for (const member of members) member.link(linked);
  return linked;
}

/** Runs `work` in spans, which end with it. */
export async function inSpans<T>(spans: readonly Span[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    for (const span of spans) span.fail(error);
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}

class PassingSpan implements Span {
  readonly trace: TraceContext | undefined;
  readonly isRecorded = false;

  constructor(trace: TraceContext | undefined) {
    this.trace = trace;
  }

  set(): void {}
  link(): void {}
  fail(): void {}
  end(): void {}
  [Symbol.dispose](): void {}
}

const passing = new PassingSpan(undefined);
