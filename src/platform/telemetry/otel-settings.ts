import { z } from 'zod';
import { ConfigError } from '../config-error.ts';

/** What of OpenTelemetry's variables is read here; the exporters read those that begin with OTEL_EXPORTER_OTLP_. */
export interface OtelSettings {
  /** Where metrics go, beside the ops port. */
  readonly metrics: readonly ('otlp' | 'prometheus')[];
  readonly exportIntervalMs: number;
  readonly exportTimeoutMs: number;
}

const milliseconds = z.coerce.number('must be a number of milliseconds').min(1, 'must be at least 1');
const variables = {
  OTEL_SDK_DISABLED: z.string().optional(),
  OTEL_METRICS_EXPORTER: list(['otlp', 'prometheus', 'none']),
  OTEL_METRIC_EXPORT_INTERVAL: milliseconds.default(60_000),
  OTEL_METRIC_EXPORT_TIMEOUT: milliseconds.default(30_000),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.literal('http/protobuf', { error: 'must be http/protobuf' }).optional(),
  OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: z.literal('http/protobuf', { error: 'must be http/protobuf' }).optional(),
} as const;

/** @throws ConfigError that names the variable */
export function readOtelSettings(env: NodeJS.ProcessEnv): OtelSettings {
  // An empty value counts as unset, as everywhere in OpenTelemetry.
  const values = Object.fromEntries(Object.keys(variables).map((name) => [name, env[name]?.trim() || undefined]));
  const parsed = z.object(variables).safeParse(values);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`);
    throw new ConfigError(problems.join('; '));
  }
  const { data } = parsed;
  const disabled = data.OTEL_SDK_DISABLED?.toLowerCase() === 'true';
  return {
    metrics: disabled ? [] : data.OTEL_METRICS_EXPORTER.filter((exporter) => exporter !== 'none'),
    exportIntervalMs: data.OTEL_METRIC_EXPORT_INTERVAL,
    exportTimeoutMs: Math.min(data.OTEL_METRIC_EXPORT_TIMEOUT, data.OTEL_METRIC_EXPORT_INTERVAL),
  };
}

function list<const Word extends string>(words: readonly Word[]) {
  const error = `must be a list of ${words.join(', ')}`;
  return z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((word) => word.trim().toLowerCase() || []))
    .pipe(z.array(z.enum(words, { error })));
}
