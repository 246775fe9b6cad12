import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** Every series says which service it is from, however it is scraped. */
const serializer = new PrometheusSerializer('', false, /^service\.name$/, false, true);

/**
 * The Prometheus text format. Units become suffixes, as OpenTelemetry's rules for Prometheus ask; the library leaves names
 * as they are.
 */
export function prometheusPage(metrics: ResourceMetrics): string {
  const scopeMetrics = metrics.scopeMetrics.map((scope) => ({ ...scope, metrics: scope.metrics.map(withSuffix) }));
  return serializer.serialize({ ...metrics, scopeMetrics });
}

const suffixes: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes' };

function withSuffix(metric: MetricData): MetricData {
  return { ...metric, descriptor: { ...metric.descriptor, unit: '', name: withUnit(metric.descriptor) } };
}

interface Named {
  readonly name: string;
  readonly unit: string;
}

/** `process.cpu.time.seconds` for `process.cpu.time` in `s`. */
function withUnit({ name, unit }: Named): string {
  const suffix = suffixes[unit];
  return suffix === undefined ? name : `${name}.${suffix}`;
}

/** The name of an instrument on this page. */
export function prometheusName(instrument: Named, kind: string): string {
  const name = withUnit(instrument).replaceAll('.', '_');
  return kind === 'counter' ? `${name}_total` : name;
}
