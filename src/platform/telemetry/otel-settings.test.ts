import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '../config-error.ts';
import { readOtelSettings } from './otel-settings.ts';

describe('The variables of OpenTelemetry', () => {
  const understood: readonly [env: Record<string, string>, expected: Partial<ReturnType<typeof readOtelSettings>>][] = [
    [{}, { metrics: [], exportIntervalMs: 60_000, exportTimeoutMs: 30_000 }],
    [{ OTEL_METRICS_EXPORTER: '' }, { metrics: [] }],
    [{ OTEL_METRICS_EXPORTER: 'none' }, { metrics: [] }],
    [{ OTEL_METRICS_EXPORTER: 'otlp' }, { metrics: ['otlp'] }],
    [{ OTEL_METRICS_EXPORTER: 'prometheus, OTLP' }, { metrics: ['prometheus', 'otlp'] }],
    [{ OTEL_METRICS_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'TRUE' }, { metrics: [] }],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, {}],
    [{ OTEL_METRIC_EXPORT_INTERVAL: '5000' }, { exportIntervalMs: 5_000, exportTimeoutMs: 5_000 }],
  ];
  for (const [env, expected] of understood)
    it(`are understood: ${JSON.stringify(env)}`, () => assert.partialDeepStrictEqual(readOtelSettings(env), expected));

  const refused: readonly [name: string, value: string, why: RegExp][] = [
    ['OTEL_METRICS_EXPORTER', 'console', /must be a list of otlp, prometheus, none/],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', /must be http\/protobuf/],
    ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'http/json', /must be http\/protobuf/],
    ['OTEL_METRIC_EXPORT_INTERVAL', '0', /at least 1/],
    ['OTEL_METRIC_EXPORT_TIMEOUT', 'soon', /must be a number of milliseconds/],
  ];
  for (const [name, value, why] of refused)
    it(`${name}=${value} is refused by its name`, () => {
      const refusal = (error: Error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, new RegExp(`^${name}: `));
        assert.match(error.message, why);
        return true;
      };
      assert.throws(() => readOtelSettings({ [name]: value }), refusal);
    });
});
