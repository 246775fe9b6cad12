import { z } from 'zod';
import { ConfigError } from '../config-error.ts';

/** How traces are recorded, by the standard variables of OpenTelemetry. */
export interface TracesConfig {
  /** The part of Filemill that this process is. */
  readonly service: string;
  readonly exporters: readonly ('otlp' | 'console')[];
  /** A file for spans as OTLP JSON, one request a line. */
  readonly file: string | undefined;
  readonly sampler: (typeof samplers)[number];
  readonly ratio: number;
  readonly batch: {
    readonly scheduledDelayMillis: number;
    readonly maxQueueSize: number;
    readonly maxExportBatchSize: number;
    readonly exportTimeoutMillis: number;
  };
}

const samplers = [
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
  'always_on',
  'always_off',
  'traceidratio',
] as const;

const count = (least: number) => z.coerce.number('must be a number').int('must be a whole number').min(least);

/** The SDK itself reads none of these. */
const variables = z.object({
  OTEL_TRACES_SAMPLER: z.enum(samplers, `must be one of ${samplers.join(', ')}`).default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number('must be a number from 0 to 1').min(0).max(1).default(1),
  OTEL_BSP_SCHEDULE_DELAY: count(1).default(5_000),
  OTEL_BSP_MAX_QUEUE_SIZE: count(1).default(16_384),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: count(1).default(512),
  OTEL_BSP_EXPORT_TIMEOUT: count(1).default(30_000),
  // The exporter is chosen by us, so that another protocol would be ignored in silence.
  OTEL_EXPORTER_OTLP_PROTOCOL: z.literal('http/protobuf', 'must be http/protobuf').optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: z.literal('http/protobuf', 'must be http/protobuf').optional(),
});

/**
 * Undefined where no traces are recorded, which is so unless OTEL_TRACES_EXPORTER or FILEMILL_TRACE_LOG is set.
 *
 * @throws ConfigError that names each variable that is wrong
 */
export function readTracesConfig(service: string, env: NodeJS.ProcessEnv): TracesConfig | undefined {
  const file = env.FILEMILL_TRACE_LOG || undefined;
  const exporters = exportersOf(env.OTEL_TRACES_EXPORTER ?? '');
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || (exporters.length === 0 && file === undefined))
    return undefined;
  // An empty value counts as unset, says the standard.
  const set = Object.fromEntries(Object.keys(variables.shape).map((name) => [name, env[name] || undefined]));
  const parsed = variables.safeParse(set);
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${path.join('')}: ${message}`).join('; '));
  const { data } = parsed;
  return {
    service,
    exporters,
    file,
    sampler: data.OTEL_TRACES_SAMPLER,
    ratio: data.OTEL_TRACES_SAMPLER_ARG,
    batch: {
      scheduledDelayMillis: data.OTEL_BSP_SCHEDULE_DELAY,
      maxQueueSize: data.OTEL_BSP_MAX_QUEUE_SIZE,
      maxExportBatchSize: data.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
      exportTimeoutMillis: data.OTEL_BSP_EXPORT_TIMEOUT,
    },
  };
}

/** @throws ConfigError */
function exportersOf(list: string): ('otlp' | 'console')[] {
  const words = list.split(',').map((word) => word.trim());
  return words.flatMap((word) => {
    if (word === 'otlp' || word === 'console') return word;
    if (word === 'none' || word === '') return [];
    throw new ConfigError('OTEL_TRACES_EXPORTER: must be none, otlp, console, or otlp,console');
  });
}
