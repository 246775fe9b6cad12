import { appendFile } from 'node:fs/promises';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { ConsoleSpanExporter, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from '../logger.ts';
import type { TracesConfig } from './traces-config.ts';

type Exported = Parameters<Parameters<SpanExporter['export']>[1]>[0];

/** The values of ExportResultCode, whose package is not a dependency of ours. */
const [success, failed] = [0, 1];

export function exportersOf({ exporters, file }: TracesConfig, logger: Logger): readonly SpanExporter[] {
  return [
    ...exporters.map(
      (name) =>
        new WatchedExporter(name === 'otlp' ? new OTLPTraceExporter() : new ConsoleSpanExporter(), name, logger),
    ),
    ...(file === undefined ? [] : [new WatchedExporter(new FileExporter(file), file, logger)]),
  ];
}

/**
 * Appends spans to a file in the format that collectors read (OTLP File Exporter: one ExportTraceServiceRequest as JSON a
 * line). Several processes may append to one file, as each line is one write.
 */
class FileExporter implements SpanExporter {
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  export(spans: ReadableSpan[], done: (result: Exported) => void): void {
    const line = Buffer.concat([JsonTraceSerializer.serializeRequest(spans) ?? Buffer.alloc(0), Buffer.from('\n')]);
    this.#writing = appendFile(this.#path, line, { mode: 0o600 }).then(
      () => done({ code: success }),
      (error: Error) => done({ code: failed, error }),
    );
  }

  async forceFlush(): Promise<void> {
    await this.#writing;
  }

  async shutdown(): Promise<void> {
    await this.#writing;
  }
}

/** Says once that spans are lost, and once that they arrive again: a collector that is away must not fill the log. */
class WatchedExporter implements SpanExporter {
  readonly #inner: SpanExporter;
  readonly #name: string;
  readonly #logger: Logger;
  #lost = 0;

  constructor(inner: SpanExporter, name: string, logger: Logger) {
    this.#inner = inner;
    this.#name = name;
    this.#logger = logger;
  }

  export(spans: ReadableSpan[], done: (result: Exported) => void): void {
    this.#inner.export(spans, (result) => {
      this.#note(result, spans.length);
      // The SDK would only report it once more.
      done({ code: success });
    });
  }

  async forceFlush(): Promise<void> {
    await this.#inner.forceFlush?.();
  }

  async shutdown(): Promise<void> {
    await this.#inner.shutdown();
  }

  #note({ code, error }: Exported, spans: number): void {
    const exporter = this.#name;
    if (code === success) {
      if (this.#lost > 0)
        this.#logger.info({ exporter, lost: this.#lost, recovered: true }, 'spans are exported again');
      this.#lost = 0;
      return;
    }
    if (this.#lost === 0) this.#logger.warn({ exporter, err: error }, 'spans cannot be exported and are dropped');
    this.#lost += spans;
  }
}
