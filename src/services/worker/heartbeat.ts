import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { serviceToMessage } from '#contract/services.ts';
import { dependencyToMessage } from '#contract/wire.ts';
import { FilemillError } from '#domain/errors.ts';
import type { StoreReport } from '#domain/store-fault.ts';
import type { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import type { ThisService } from '#platform/this-service.ts';
import type { WorkFigures } from './work-tally.ts';

export interface WorkerVitals {
  /** Threads. */
  readonly slots: number;
  /** Threads that are busy. */
  readonly busy: number;
  readonly source: 'redis' | 'direct';
  /** Whether it was told to drain, and holds nothing any longer. */
  readonly drained: boolean;
  /** Since the latest heartbeat. */
  readonly figures: WorkFigures;
  /** Absent in a deployment without Redis. */
  readonly redis?: StoreReport;
}

const everyMs = 5_000;
/** Shorter, as an operator who drains a worker waits for it. */
const everyMsDraining = 1_000;
const maxBackoffMs = 1_000;
const callTimeoutMs = 4_000;
const leavingTimeoutMs = 1_000;
/** Without an answer for this long, the metadata service counts as unreachable. */
const staleAfterMs = 12_000;

interface HeartbeatOptions {
  readonly lifecycle: RpcClient<typeof FileLifecycleService>;
  readonly worker: string;
  readonly vitals: () => WorkerVitals;
  /** Told after each heartbeat whether an operator wants the worker to drain. */
  readonly onDrain: (draining: boolean) => void;
  readonly about: ThisService;
  readonly logger: Logger;
}

export interface Heartbeat extends AsyncDisposable {
  /** @throws FilemillError UNAVAILABLE when the metadata service has not answered lately */
  assertAnswered(): void;
}

/** Tells the metadata service that this worker is alive, and at the end that it leaves. */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { lifecycle, worker, vitals, onDrain, about, logger } = options;
  const startedAt = timestampFromDate(new Date());
  let answeredAt = Number.NEGATIVE_INFINITY;
  const beat = async (leaving: boolean, timeoutMs: number) => {
    const { redis, figures, ...rest } = vitals();
    const dependencies = redis ? [dependencyToMessage(redis, 'worker', worker)] : [];
    const service = { ...serviceToMessage('worker', about), instance: worker, figures };
    const beats = { worker, startedAt, ...rest, dependencies, service, leaving };
    const { draining } = await lifecycle.heartbeat(beats, { timeoutMs });
    answeredAt = performance.now();
    return draining;
  };
  const round = async () => {
    const draining = await beat(false, callTimeoutMs);
    onDrain(draining);
    return draining ? everyMsDraining : everyMs;
  };
  const duty = startDuty({ name: 'heartbeat', logger, round, maxBackoffMs });
  return {
    assertAnswered() {
      if (performance.now() - answeredAt > staleAfterMs)
        throw new FilemillError('UNAVAILABLE', 'The metadata service does not answer.');
    },
    async [Symbol.asyncDispose]() {
      await duty[Symbol.asyncDispose]();
      await beat(true, leavingTimeoutMs).catch((error: unknown) =>
        logger.debug({ err: error }, 'cannot announce that the worker leaves'),
      );
    },
  };
}
