import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Logger } from '../logger.ts';
import type { ServiceName } from './instrument.ts';
import { Metrics } from './metrics.ts';
import type { OtelSettings } from './otel-settings.ts';
import { telemetryResource } from './resource.ts';

/** One for each process. */
let metrics: Metrics | undefined;

/** Begins to measure. */
export async function startTelemetry(service: ServiceName, settings: OtelSettings, logger: Logger): Promise<void> {
  tellTrouble(logger);
  metrics = await Metrics.start(service, telemetryResource(service), settings);
}

/** Sends what was measured and not yet sent. */
export async function stopTelemetry(): Promise<void> {
  // A collector that is away must not hold up the end of the process.
  await metrics?.[Symbol.asyncDispose]().catch(() => undefined);
  metrics = undefined;
}

/** All metrics of this process, in the Prometheus text format. */
export async function metricsPage(): Promise<string> {
  return (await metrics?.page()) ?? '';
}

/** The same trouble, such as a collector that is away, is told once in this time. */
const quietMs = 600_000;

function tellTrouble(logger: Logger): void {
  const toldAt = new Map<string, number>();
  const tell = (message: string, ...rest: unknown[]) => {
    const detail = [message, ...rest].map(String).join(' ').slice(0, 500);
    const kind = detail.slice(0, 60);
    if (performance.now() - (toldAt.get(kind) ?? Number.NEGATIVE_INFINITY) < quietMs) return;
    toldAt.set(kind, performance.now());
    logger.warn({ detail }, 'telemetry is in trouble');
  };
  const silent = () => undefined;
  diag.setLogger(
    { error: tell, warn: tell, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
