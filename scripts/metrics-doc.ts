import { type Definition, serviceNames } from '#platform/telemetry/instrument.ts';
import { instruments } from '#platform/telemetry/instruments.ts';
import { prometheusName } from '#platform/telemetry/prometheus-page.ts';
import { generatedPage } from './support/generated-page.ts';

/** Makes docs/metrics.md from the table of instruments, as errors-doc.ts makes docs/errors.md. */
await generatedPage('metrics.md', metricsPage());

function metricsPage(): string {
  return `<!-- Made from src/platform/telemetry/instruments.ts by \`npm run generate\`. Do not edit. -->

# Metrics

What each service measures, under the names that Prometheus sees; over OTLP they have dots and no unit (\`process.memory.usage\`).
A histogram is three of them: \`_count\`, \`_sum\` and \`_bucket\`. Every series has \`service_name\` too, such as \`filemill-upload\`.
What to watch, and what to do: [operations.md](operations.md).

| metric | kind | labels | services | |
| --- | --- | --- | --- | --- |
${Object.values(instruments)
  .map(({ kind, definition }) => row(kind, definition))
  .join('\n')}
`;
}

function row(kind: string, definition: Definition): string {
  const { labels = [], services, description } = definition;
  const keys = labels.map((label) => `\`${label.replaceAll('.', '_')}\``).join(', ');
  const where = services.length === serviceNames.length ? 'all' : services.join(', ');
  return `| \`${prometheusName(definition, kind)}\` | ${kind} | ${keys} | ${where} | ${description} |`;
}
