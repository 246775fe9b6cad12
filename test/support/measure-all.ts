import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { instruments } from '#platform/telemetry/instruments.ts';
import { prometheusPage } from '#platform/telemetry/prometheus-page.ts';

/** Binds the instruments of all services to a meter of its own. @returns the lines of the page, without the label of the service */
export function measureAll(): () => Promise<readonly string[]> {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const meter = new MeterProvider({ readers: [reader] }).getMeter('test');
  for (const instrument of Object.values(instruments)) instrument.bind(meter);
  return async () => {
    const page = prometheusPage((await reader.collect()).resourceMetrics);
    return page
      .replace(/,?service_name="[^"]*"/g, '')
      .replaceAll('{}', '')
      .split('\n');
  };
}
