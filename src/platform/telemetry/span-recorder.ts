import {
  type Context,
  createContextKey,
  createTraceState,
  type Link,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from '../logger.ts';
import { telemetryResource } from './resource.ts';
import { type Attributes, errorType, type Span, type SpanOptions } from './span.ts';
import { isSampled, spanIdOf, type TraceContext, traceIdOf } from './trace-context.ts';
import { exportersOf } from './trace-exporters.ts';
import type { TracesConfig } from './traces-config.ts';

/** A collector that is away must not delay the end of the process by more. */
const flushMs = 2_000;

/** As many as a batch has files: the default of 128 would drop links in silence. */
const linkCountLimit = 1_024;

/** Records spans by the SDK of OpenTelemetry. */
export class SpanRecorder implements AsyncDisposable {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;

  constructor(config: TracesConfig, logger: Logger) {
    this.#provider = new TracerProvider({
      resource: telemetryResource(config.service),
      sampler: new RecordedSampler(samplerOf(config)),
      spanLimits: { linkCountLimit },
      spanProcessors: exportersOf(config, logger).map(
        (exporter) => new BatchSpanProcessor({ exporter, ...config.batch }),
      ),
    });
    this.#tracer = this.#provider.getTracer('filemill');
  }

  start(name: string, options: SpanOptions): Span {
    const { parent, recorded = false, kind = 'internal', links = [], attributes = {}, beganAt } = options;
    const begun = this.#tracer.startSpan(
      name,
      {
        kind: kinds[kind],
        links: links.flatMap(toLink),
        attributes,
        ...(beganAt !== undefined && { startTime: epochMs(beganAt) }),
      },
      parentContext(parent, recorded),
    );
    return new RecordedSpan(begun, parent?.tracestate);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, flushMs);
    await Promise.race([this.#provider.shutdown().catch(() => undefined), promise]);
    clearTimeout(timer);
  }
}

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const;

class RecordedSpan implements Span {
  readonly trace: TraceContext;
  readonly isRecorded: boolean;
  readonly #span: OtelSpan;

  constructor(span: OtelSpan, tracestate: string | undefined) {
    this.#span = span;
    const { traceId, spanId, traceFlags } = span.spanContext();
    const traceparent = `00-${traceId}-${spanId}-0${traceFlags & 1}`;
    this.trace = tracestate === undefined ? { traceparent } : { traceparent, tracestate };
    this.isRecorded = span.isRecording();
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  link(to: Span): void {
    for (const link of toLink(to.trace)) this.#span.addLink(link);
  }

  fail(error: unknown): void {
    this.#span.setAttribute('error.type', errorType(error)).setStatus({ code: SpanStatusCode.ERROR });
  }

  end(at?: number): void {
    if (this.#span.isRecording()) this.#span.end(at === undefined ? undefined : epochMs(at));
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

/** `performance.now()` would drift from the clock of other processes with its time origin. */
function epochMs(reading: number): number {
  return Date.now() - (performance.now() - reading);
}

function toLink(to: TraceContext | undefined): Link[] {
  return to === undefined || !isSampled(to) ? [] : [{ context: spanContext(to) }];
}

function spanContext(context: TraceContext): SpanContext {
  return {
    traceId: traceIdOf(context),
    spanId: spanIdOf(context),
    traceFlags: isSampled(context) ? 1 : 0,
    isRemote: true,
    ...(context.tracestate !== undefined && { traceState: createTraceState(context.tracestate) }),
  };
}

function parentContext(parent: TraceContext | undefined, recorded: boolean): Context {
  const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContext(parent));
  return recorded ? context.setValue(isRecorded, true) : context;
}

const isRecorded = createContextKey('filemill: recorded');

/** A batch is recorded if one of its files is, however few traces are sampled. */
class RecordedSampler implements Sampler {
  readonly #inner: Sampler;
  readonly #always = new AlwaysOnSampler();

  constructor(inner: Sampler) {
    this.#inner = inner;
  }

  shouldSample(...asked: Parameters<Sampler['shouldSample']>): ReturnType<Sampler['shouldSample']> {
    const [context] = asked;
    return context.getValue(isRecorded) === true ? this.#always.shouldSample() : this.#inner.shouldSample(...asked);
  }

  toString(): string {
    return `Recorded{${this.#inner}}`;
  }
}

function samplerOf({ sampler, ratio }: TracesConfig): Sampler {
  const root = rootSampler(sampler, ratio);
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(sampler: TracesConfig['sampler'], ratio: number): Sampler {
  if (sampler.endsWith('always_off')) return new AlwaysOffSampler();
  return sampler.endsWith('traceidratio') ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler();
}
