import type { AnalyzerRun } from '#analysis/run/isolates.ts';
import type { HandOverOutcome } from '#domain/analysis.ts';
import type { ClaimedFile } from '#domain/file.ts';
import type { Span } from '#platform/telemetry/span.ts';
import { traceContextFrom } from '#platform/telemetry/trace-context.ts';
import { startChild, startLinked } from '#platform/telemetry/traces.ts';
import type { HeldClaim } from './lease-keeper.ts';

/** The span of an attempt: a part of the trace of the file's upload, beside those of its other attempts. */
export function startAttempt({ id, attempt, size, alone, traceparent }: ClaimedFile): Span | undefined {
  if (traceparent === null) return undefined;
  return startChild('attempt', traceContextFrom(traceparent), {
    kind: 'consumer',
    attributes: {
      'filemill.file.id': id,
      'filemill.file.size': size,
      'filemill.attempt.number': attempt,
      'filemill.attempt.alone': alone,
    },
  });
}

/** One claim may be for many files, and was sent before any of them was known: it only links to their attempts. */
export function linkToClaim(claims: readonly HeldClaim[], sentAt: number): void {
  const attempts = claims.map(({ span }) => span).filter((span) => span !== undefined);
  if (attempts.length > 0) startLinked('claim', attempts, { kind: 'client', beganAt: sentAt }).end();
}

/** The pass over files that share a thread takes them as long together as each of them. */
export function startPass(claims: readonly HeldClaim[]): (outcomes: readonly HandOverOutcome[]) => void {
  const attributes = { 'filemill.batch.files': claims.length };
  const spans = claims.map(({ span }) => span && startChild('analyse', span.trace, { attributes }));
  return (outcomes) => {
    for (const [n, span] of spans.entries()) {
      const outcome = outcomes[n];
      if (typeof outcome === 'object' && 'failure' in outcome) span?.fail(outcome.failure);
      span?.end();
    }
  };
}

/** Analysers that ran in processes of their own, which record nothing themselves. */
export function recordRuns({ span }: HeldClaim, runs: readonly AnalyzerRun[]): void {
  if (span === undefined) return;
  for (const { analyzers, beganAt, endedAt, error } of runs) {
    const [only = ''] = analyzers;
    const run = startChild(analyzers.length === 1 ? `analyse ${only}` : 'analyse', span.trace, {
      beganAt,
      attributes: { 'filemill.analyzers': analyzers.join(' ') },
    });
    if (error !== undefined) run?.fail(error);
    run?.end(endedAt);
  }
}

export function startSave({ span }: HeldClaim): Span | undefined {
  return span && startChild('save', span.trace, {});
}
