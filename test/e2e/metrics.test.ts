import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { serviceNames } from '#platform/telemetry/instrument.ts';
import { instruments } from '#platform/telemetry/instruments.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { startService, testFolder } from '../support/start-services.ts';
import { chunkOf, metadataOf, streamOf } from '../support/upload-stack.ts';

describe('The pages of metrics of a system with files', () => {
  it('hold nothing that users send, and few series', async () => {
    await using cluster = await startCluster({ services: ['metadata', 'result', 'upload', 'worker', 'web'] });
    const ids = await sendFiles(cluster);
    for (const name of serviceNames) {
      const page = await pageOf(cluster, name);
      for (const secret of [...ids, 'unmistakable', 'hr/letters'])
        assert.ok(!page.includes(secret), `${name} tells ${secret}`);
      const series = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      assert.ok(series.length > 8 && series.length < 2_000, `${name} has ${series.length} series`);
      assert.doesNotMatch(page, /otel_metric_overflow/);
      const keys = new Set(series.flatMap((line) => [...line.matchAll(/(\w+)="/g)].map(([, key = '']) => key)));
      for (const key of keys) assert.ok(knownKeys.has(key), `${name} has the label ${key}`);
    }
  });
});

const ofResource = ['service_name', 'service_namespace', 'service_version', 'service_instance_id'];
const knownKeys = new Set([
  'le',
  ...ofResource,
  ...Object.values(instruments).flatMap(({ definition: { labels = [] } }) =>
    labels.map((label) => label.replaceAll('.', '_')),
  ),
]);

/** Files that complete, a refused one, and requests for what does not exist. */
async function sendFiles(cluster: Cluster): Promise<readonly string[]> {
  using channel = new RpcChannel(cluster.target('upload'));
  const { uploadFile } = channel.client(UploadService);
  const ids: string[] = [];
  for (let n = 0; n < 20; n++) {
    const declared = { filename: `unmistakable-${n}.html`, path: 'hr/letters' };
    ids.push((await uploadFile(streamOf(metadataOf(declared), chunkOf('<p>hello')))).id);
  }
  await assert.rejects(uploadFile(streamOf(metadataOf({ filename: 'unmistakable/no' }), chunkOf(''))));
  for (const path of [`api/v1/files/${ids[0]}`, 'api/v1/files/unmistakable', 'unmistakable'])
    await (await fetch(`${cluster.base}/${path}`)).text();
  await eventually('all files are completed', async () => {
    const [row] = await cluster.query<{ files: string }>(`select count(*) as files from results`);
    return Number(row?.files) === ids.length;
  });
  return ids;
}

async function pageOf(cluster: Cluster, name: (typeof serviceNames)[number]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request({ socketPath: `${cluster.folder}/${name}-ops`, path: '/metrics' }, (answer) => resolve(text(answer)))
    .on('error', reject)
    .end();
  return await promise;
}

describe('A collector', () => {
  it('gets what a service measured, at once when it stops, and may be away', async () => {
    await using folder = await testFolder();
    const bodies: Buffer[] = [];
    const collector = createServer(async (question, answer) => {
      bodies.push(Buffer.concat((await Array.fromAsync(question)) as Buffer[]));
      assert.deepEqual([question.url, question.headers['content-type']], ['/v1/metrics', 'application/x-protobuf']);
      answer.end();
    });
    await once(collector.listen(0, '127.0.0.1'), 'listening');
    collector.unref();
    const { port } = collector.address() as AddressInfo;
    const settings = {
      FILEMILL_HTTP_LISTEN: `unix:${folder.path}/web`,
      FILEMILL_UPLOAD_TARGET: `unix:${folder.path}/upload`,
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_SERVICE_NAME: 'mill-of-tests',
    };
    const service = await startService('web', settings);
    assert.equal(bodies.length, 0);
    await service.stop();
    for (const word of ['process.memory.usage', 'mill-of-tests']) assert.ok(bodies[0]?.includes(word), word);
    collector.close();
    const lonely = await startService('web', { ...settings, OTEL_METRIC_EXPORT_INTERVAL: '100' });
    await eventually('the trouble is told', () => lonely.log().includes('telemetry is in trouble'));
    await lonely.stop();
    assert.equal(lonely.child.exitCode, 0);
  });
});

describe('OpenTelemetry', () => {
  it('is loaded by services', () => {
    const loaded = packagesOf(new URL('../../src/services/web/main.ts', import.meta.url));
    assert.ok(loaded.has('@opentelemetry/sdk-metrics'));
  });

  for (const entry of [
    'cli/main.ts',
    'analysis/registry.ts',
    'analysis/run/analysis-thread.ts',
    'analysis/run/isolate-process.ts',
  ])
    it(`is not loaded by ${entry}`, () => {
      const loaded = packagesOf(new URL(`../../src/${entry}`, import.meta.url));
      assert.ok(loaded.size > 0);
      assert.deepEqual(
        [...loaded].filter((name) => name.startsWith('@opentelemetry')),
        [],
      );
    });
});

/** The packages that a module imports, with all that it imports in turn; on demand too, but for what only a setting asks for. */
function packagesOf(entry: URL): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (url: URL) => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    const source = readFileSync(fileURLToPath(url), 'utf8');
    for (const [, fixed, onDemand = ''] of source.matchAll(imported)) {
      const name = fixed ?? onDemand;
      if (fixed === undefined && url.pathname.includes('/telemetry/')) continue;
      if (name.startsWith('#')) visit(new URL(`../../src/${name.slice(1)}`, import.meta.url));
      else if (name.startsWith('.')) visit(new URL(name, url));
      else packages.add(name);
    }
  };
  visit(entry);
  return packages;
}

/** What is imported as a type alone is erased. */
const imported = /^(?:import|export)(?! type) [^;]*?from '([^']+)'|import\('([^']+)'\)/gm;
