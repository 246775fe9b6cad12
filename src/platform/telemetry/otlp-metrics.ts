import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { OtelSettings } from './otel-settings.ts';

/** Pushes metrics to OTEL_EXPORTER_OTLP_ENDPOINT. Loaded only where that is asked for: the exporter is large. */
export function otlpReader({ exportIntervalMs, exportTimeoutMs }: OtelSettings): PeriodicExportingMetricReader {
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis: exportIntervalMs,
    exportTimeoutMillis: exportTimeoutMs,
  });
}
