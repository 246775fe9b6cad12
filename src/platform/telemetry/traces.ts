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

/** Costs next to nothing where nothing is recorded. */
export function startSpan(name: string, options: SpanOptions): Span {
  const { parent, root = false, kind } = options;
  // Whoever called from outside is asked again by the sampler; within a process, the decision is made.
  const isWanted = parent === undefined ? root : isSampled(parent) || kind === 'server';
  if (recorder !== undefined && isWanted) return recorder.start(name, options);
  return parent === undefined ? passing : new PassingSpan(parent);
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
