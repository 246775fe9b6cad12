import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { FilemillError } from '#domain/errors.ts';
import { type Histogram, percentile } from '#domain/histogram.ts';
import { type HistoryPoint, type HistoryStep, historySteps, stepMs } from '#domain/history.ts';
import {
  type GetHistoryRequest,
  type GetHistoryResponse,
  type HistoryPoint_Durations,
  type HistoryPointSchema,
  HistoryStep as Step,
  type HistoryPoint as Told,
} from '#gen/filemill/v1/metadata_service_pb.ts';
import type { DurationsJson, Json } from './schemas.ts';
import { optionalDate } from './wire.ts';

/** Conversions between history, gRPC messages and JSON. */

interface Range {
  readonly step: HistoryStep;
  readonly from: Date;
  readonly to: Date;
}

const most = 2_000;
const hours = 3_600_000;
const usualMs: Readonly<Record<HistoryStep, number>> = { minute: hours, hour: 7 * 24 * hours, day: 90 * 24 * hours };

/** The whole steps that a request asks about. @throws FilemillError REQUEST_INVALID */
export function historyRange(request: Pick<GetHistoryRequest, 'from' | 'to' | 'step'>, now: Date): Range {
  const [from, to = now] = [optionalDate(request.from), optionalDate(request.to)];
  const asked = askedStep(request.step);
  const begin = from ?? new Date(to.getTime() - usualMs[asked ?? 'minute']);
  if (begin >= to) throw new FilemillError('REQUEST_INVALID', '`from` must be before `to`, which is now by default.');
  const step = asked ?? stepFor(to.getTime() - begin.getTime());
  const ms = stepMs[step];
  const first = Math.floor(begin.getTime() / ms) * ms;
  const end = Math.ceil(Math.min(to.getTime(), Math.max(now.getTime(), begin.getTime() + 1)) / ms) * ms;
  const points = (end - first) / ms;
  if (points <= most) return { step, from: new Date(first), to: new Date(end) };
  const told = `\`from\` to \`to\` is ${points} ${step}s, and an answer holds ${most}`;
  throw new FilemillError('REQUEST_INVALID', `${told}: ask for less time at once, or for a larger \`step\`.`);
}

function askedStep(step: Step): HistoryStep | undefined {
  if (step === Step.UNSPECIFIED) return undefined;
  const known = stepWord(step);
  if (known === undefined) throw new FilemillError('REQUEST_INVALID', `\`step\` has no meaning for ${step}.`);
  return known;
}

function stepFor(spanMs: number): HistoryStep {
  if (spanMs <= 6 * hours) return 'minute';
  return spanMs <= 14 * 24 * hours ? 'hour' : 'day';
}

const stepNumbers = { minute: Step.MINUTE, hour: Step.HOUR, day: Step.DAY } as const;

export function stepNumber(step: HistoryStep): Step {
  return stepNumbers[step];
}

function stepWord(number: Step): HistoryStep | undefined {
  return historySteps.find((step) => stepNumbers[step] === number);
}

export function historyPointToMessage(
  point: HistoryPoint,
  step: HistoryStep,
  now: Date,
): MessageInitShape<typeof HistoryPointSchema> {
  const { at, backlog, waits, totals } = point;
  const errors = Object.entries(point.failed).sort(([, one], [, other]) => other - one);
  return {
    at: timestampFromDate(at),
    seconds: Math.max(0, Math.min(stepMs[step], now.getTime() - at.getTime())) / 1_000,
    accepted: BigInt(point.accepted),
    acceptedBytes: BigInt(point.acceptedBytes),
    completed: BigInt(point.completed),
    completedBytes: BigInt(point.completedBytes),
    failed: errors.map(([code, files]) => ({ code, files: BigInt(files) })),
    ...durations('wait', waits),
    ...durations('total', totals),
    ...(backlog && {
      backlog: { ...backlog, pending: BigInt(backlog.pending), processing: BigInt(backlog.processing) },
    }),
  };
}

function durations(field: 'wait' | 'total', histogram: Histogram) {
  const [p50Seconds, p95Seconds] = [percentile(histogram, 0.5), percentile(histogram, 0.95)];
  return p50Seconds === undefined || p95Seconds === undefined ? {} : { [field]: { p50Seconds, p95Seconds } };
}

export function historyToJson({ step, points }: Pick<GetHistoryResponse, 'step' | 'points'>): Json<'History'> {
  return { step: stepWord(step) ?? 'minute', points: points.map(pointToJson) };
}

function pointToJson({ at, failed, backlog, ...point }: Told): Json<'History'>['points'][number] {
  const errors = failed.map(({ code, files }) => ({ code, files: Number(files) }));
  return {
    at: (at === undefined ? new Date(0) : timestampDate(at)).toISOString(),
    seconds: point.seconds,
    accepted: Number(point.accepted),
    accepted_bytes: Number(point.acceptedBytes),
    completed: Number(point.completed),
    completed_bytes: Number(point.completedBytes),
    failed: errors.reduce((sum, { files }) => sum + files, 0),
    errors,
    wait_seconds: durationsJson(point.wait),
    total_seconds: durationsJson(point.total),
    backlog: backlog
      ? {
          pending: Number(backlog.pending),
          processing: Number(backlog.processing),
          oldest_pending_seconds: backlog.oldestPendingSeconds,
          oldest_processing_seconds: backlog.oldestProcessingSeconds,
        }
      : null,
  };
}

function durationsJson(known: HistoryPoint_Durations | undefined): DurationsJson | null {
  return known === undefined ? null : { p50: known.p50Seconds, p95: known.p95Seconds };
}
