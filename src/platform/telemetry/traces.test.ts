import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createLogger } from '#platform/logger.ts';
import { type CollectedSpan, collectedSpans, treeOf } from '#test/support/collected-traces.ts';
import { testFolder } from '#test/support/start-services.ts';
import type { Span } from './span.ts';
import { keptTraceparent, traceContextFrom } from './trace-context.ts';
import { startChild, startShared, startSpan, startTraces, stopTraces } from './traces.ts';
import { readTracesConfig } from './traces-config.ts';

const quiet = createLogger('test', { level: 'silent', format: 'json' });
const sampled = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const unsampled = `${sampled.slice(0, -1)}0`;

describe('The header traceparent', () => {
  const cases: [what: string, header: unknown, known: string | undefined][] = [
    ['is taken as it is', sampled, sampled],
    ['of a later version is taken as ours', `01${sampled.slice(2)}-more`, sampled],
    ['keeps only the flag that is known', `${sampled.slice(0, -2)}ff`, sampled],
    ['may say that nothing is recorded', unsampled, unsampled],
    ['must not be longer in version 00', `${sampled}-more`, undefined],
    ['must not be of version ff', `ff${sampled.slice(2)}`, undefined],
    ['must be in lower case', sampled.toUpperCase(), undefined],
    ['must name a trace', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, undefined],
    ['must name a span', `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`, undefined],
    ['may be missing', undefined, undefined],
    ['may be empty', '', undefined],
    ['must come once', `${sampled}, ${sampled}`, undefined],
  ];
  for (const [what, header, known] of cases) it(what, () => assert.equal(traceContextFrom(header)?.traceparent, known));

  it('brings a tracestate along, unless it is too long to pass on', () => {
    assert.equal(traceContextFrom(sampled, 'vendor=1')?.tracestate, 'vendor=1');
    assert.equal(traceContextFrom(sampled, 'v'.repeat(513))?.tracestate, undefined);
    assert.equal(traceContextFrom(sampled, 'v=\u00e4')?.tracestate, undefined);
  });

  it('is kept with a file only if the trace is recorded', () => {
    assert.equal(keptTraceparent(traceContextFrom(sampled)), sampled);
    assert.equal(keptTraceparent(traceContextFrom(unsampled)), null);
  });
});

describe('The settings of traces', () => {
  it('are off by default, and by the words of the standard', () => {
    for (const env of [
      {},
      { OTEL_TRACES_EXPORTER: 'none' },
      { OTEL_TRACES_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'true' },
    ])
      assert.equal(readTracesConfig('test', env), undefined);
  });

  const refused: [env: Record<string, string>, said: RegExp][] = [
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, /^OTEL_TRACES_EXPORTER: must be none, otlp, console/],
    [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_TRACES_SAMPLER: 'jaeger_remote' }, /^OTEL_TRACES_SAMPLER: must be one of/],
    [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_TRACES_SAMPLER_ARG: '2' }, /^OTEL_TRACES_SAMPLER_ARG: /],
    [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /must be http\/protobuf/],
  ];
  for (const [env, said] of refused)
    it(`refuse ${JSON.stringify(env)}`, () => assert.throws(() => readTracesConfig('test', env), { message: said }));
});

describe('A process that records nothing', () => {
  it('passes the context of its caller on', () => {
    const parent = traceContextFrom(sampled);
    assert.equal(startSpan('call', { parent, root: true }).trace, parent);
    assert.equal(startSpan('call', { root: true }).trace, undefined);
    assert.equal(startChild('part', parent, {}), undefined);
  });
});

describe('A process that records spans', () => {
  const resources = new AsyncDisposableStack();
  let file: string;
  beforeEach(async () => {
    file = join(resources.use(await testFolder()).path, 'traces.jsonl');
  });
  afterEach(() => stopTraces());
  const record = (env: Record<string, string> = {}) =>
    startTraces(readTracesConfig('test', { FILEMILL_TRACE_LOG: file, ...env }), quiet);
  const collected = async (): Promise<CollectedSpan[]> => {
    await stopTraces();
    return await collectedSpans(file);
  };
  const uploads = (count: number): Span[] =>
    Array.from({ length: count }, () => startSpan('upload', { kind: 'server', root: true }));
  const end = (spans: readonly Span[]) => {
    for (const span of spans) span.end();
  };

  it('makes a call for one traced file a part of its trace', async () => {
    await record();
    const files = uploads(1);
    startShared('CreateFiles', [undefined, ...files, undefined]).end();
    end(files);
    const spans = await collected();
    assert.deepEqual(treeOf(spans), ['test: upload', '  test: CreateFiles']);
    assert.equal(spans.find(({ name }) => name === 'CreateFiles')?.attributes['filemill.batch.files'], 3);
  });

  it('links a call for many files to all of them, and them to it, with no parent', async () => {
    await record();
    const files = uploads(500);
    startShared('CreateFiles', files).end();
    end(files);
    const spans = await collected();
    const call = spans.find(({ name }) => name === 'CreateFiles');
    assert.equal(call?.parentSpanId, '');
    const others = spans.filter(({ name }) => name === 'upload');
    assert.deepEqual(call?.links.map(({ traceId }) => traceId).sort(), others.map(({ traceId }) => traceId).sort());
    for (const { links } of others)
      assert.deepEqual(
        links.map(({ spanId }) => spanId),
        [call?.spanId],
      );
  });

  it('records such a call even when the sampler would not', async () => {
    await record({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
    const parents = [sampled, sampled.replace('0af7', '1af7')].map((text) => traceContextFrom(text));
    const files = parents.map((parent) => startSpan('upload', { parent }));
    startShared('CreateFiles', files).end();
    end([...files, ...uploads(1)]);
    const names = (await collected()).map(({ name }) => name).sort();
    assert.deepEqual(names, ['CreateFiles', 'upload', 'upload']);
  });

  it('records nothing below a caller that does not', async () => {
    await record();
    const call = startSpan('call', { kind: 'server', parent: traceContextFrom(unsampled) });
    assert.equal(keptTraceparent(call.trace), null);
    assert.equal(startChild('part', call.trace, {}), undefined);
    call.end();
    assert.deepEqual(await collected(), []);
  });

  it('passes tracestate on', async () => {
    await record();
    using span = startSpan('call', { kind: 'server', parent: traceContextFrom(sampled, 'vendor=1') });
    assert.equal(span.trace?.tracestate, 'vendor=1');
  });
});
