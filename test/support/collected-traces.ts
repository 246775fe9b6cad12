import { readFile } from 'node:fs/promises';

/** A span as a collector gets it. */
export interface CollectedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly beganAt: bigint;
}

/** What several processes have sent to a file of OTLP JSON lines. */
export async function collectedSpans(file: string): Promise<CollectedSpan[]> {
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  return lines.flatMap((line) => (JSON.parse(line) as ExportRequest).resourceSpans.flatMap(spansOf));
}

/**
 * A trace as its tree, one line a span, in the order in which spans began: `  worker: attempt COMPLETED`. A span whose
 * parent is not there stands at the margin.
 */
export function treeOf(spans: readonly CollectedSpan[]): string[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const inOrder = spans.toSorted((one, other) => Number(one.beganAt - other.beganAt));
  const below = (parent: string | undefined, depth: number): string[] =>
    inOrder
      .filter(({ parentSpanId }) => (parent === undefined ? !known.has(parentSpanId) : parentSpanId === parent))
      .flatMap((span) => [`${'  '.repeat(depth)}${described(span)}`, ...below(span.spanId, depth + 1)]);
  return below(undefined, 0);
}

function described({ service, name, attributes }: CollectedSpan): string {
  const outcome = attributes['filemill.attempt.outcome'];
  return [`${service}: ${name}`, ...(outcome === undefined ? [] : [outcome])].join(' ');
}

type Attribute = { readonly key: string; readonly value: Readonly<Record<string, unknown>> };

interface ExportRequest {
  readonly resourceSpans: readonly ResourceSpans[];
}

interface ResourceSpans {
  readonly resource: { readonly attributes: readonly Attribute[] };
  readonly scopeSpans: readonly {
    readonly spans: readonly (Pick<CollectedSpan, 'traceId' | 'spanId' | 'name'> & {
      readonly parentSpanId?: string;
      readonly startTimeUnixNano: string;
      readonly attributes?: readonly Attribute[];
      readonly links?: CollectedSpan['links'];
    })[];
  }[];
}

function spansOf({ resource, scopeSpans }: ResourceSpans): CollectedSpan[] {
  const service = String(record(resource.attributes)['service.name']);
  return scopeSpans.flatMap(({ spans }) =>
    spans.map(({ parentSpanId = '', startTimeUnixNano, attributes = [], links = [], ...span }) => ({
      ...span,
      service: service.replace(/^filemill-/, ''),
      parentSpanId,
      attributes: record(attributes),
      links,
      beganAt: BigInt(startTimeUnixNano),
    })),
  );
}

function record(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
