import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { ServiceName } from './instrument.ts';
import { instruments } from './instruments.ts';
import type { OtelSettings } from './otel-settings.ts';
import { observeProcess } from './process-metrics.ts';
import { prometheusPage } from './prometheus-page.ts';

/** Longer than any healthy observation, and well below the ten seconds after which Prometheus gives a scrape up. */
const observeWithinMs = 1_000;

/** The metrics of this process. */
export class Metrics implements AsyncDisposable {
  readonly #provider: MeterProvider;
  readonly #reader: PrometheusExporter;
  readonly #process: Disposable;

  private constructor(provider: MeterProvider, reader: PrometheusExporter) {
    this.#provider = provider;
    this.#reader = reader;
    this.#process = observeProcess();
  }

  /** Binds the instruments of this service. From here on they measure. */
  static async start(service: ServiceName, resource: Resource, settings: OtelSettings): Promise<Metrics> {
    // Its own server stays closed: the ops port serves the page.
    const reader = new PrometheusExporter({ preventServerStart: true });
    const pushing = settings.metrics.includes('otlp') ? [(await import('./otlp-metrics.ts')).otlpReader(settings)] : [];
    const provider = new MeterProvider({ resource, readers: [reader, ...pushing] });
    const meter = provider.getMeter('filemill');
    for (const instrument of Object.values(instruments))
      if (instrument.definition.services.includes(service)) instrument.bind(meter);
    return new Metrics(provider, reader);
  }

  /** In the Prometheus text format. What cannot be observed in time is left out. */
  async page(): Promise<string> {
    const { resourceMetrics } = await this.#reader.collect({ timeoutMillis: observeWithinMs });
    return prometheusPage(resourceMetrics);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Reads everything a last time.
    await this.#provider.shutdown({ timeoutMillis: observeWithinMs }).finally(() => this.#process[Symbol.dispose]());
  }
}
