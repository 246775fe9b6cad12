import { z } from 'zod';
import { historySteps } from '#domain/history.ts';

const count = z.int().min(0);

export const Durations = z.strictObject({ p50: z.number(), p95: z.number() });

const HistoryPoint = z.strictObject({
  at: z.iso.datetime().describe('When the step begins.'),
  seconds: z.number().min(0).describe('The part of the step that is over: a rate is a count divided by it.'),
  accepted: count,
  accepted_bytes: count,
  completed: count,
  completed_bytes: count,
  failed: count,
  errors: z.array(z.strictObject({ code: z.string(), files: count })).describe('The failed files by reason.'),
  wait_seconds: Durations.nullable().describe(
    'How long completed files waited from their registration to the claim that completed them; null without any.',
  ),
  total_seconds: Durations.nullable().describe('Of completed files, from their registration to their result.'),
  backlog: z
    .strictObject({
      pending: count,
      processing: count,
      oldest_pending_seconds: z.number().min(0),
      oldest_processing_seconds: z.number().min(0),
    })
    .nullable()
    .describe('The highest values of the samples, one a minute; null if none was taken, because Filemill did not run.'),
});

export const History = z.strictObject({
  step: z.enum(historySteps),
  points: z.array(HistoryPoint).describe('Every step from the first to the last, oldest first.'),
});
