import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import { type ExportResultsResponse, ExportResultsResponseSchema } from '#gen/filemill/v1/result_service_pb.ts';
import { createLogger } from '#platform/logger.ts';
import { createApp } from '../app.ts';
import type { Backend } from '../backend.ts';
import { HostList } from '../http/origin-guard.ts';

const result = { id: 'r', fileId: 'f', filename: 'x'.repeat(200), outputJson: JSON.stringify({ schema: 1 }) };
const batch = create(ExportResultsResponseSchema, { results: Array.from({ length: 500 }, () => result) });

/** Serves an export that comes from `batches`. */
async function serve(batches: () => AsyncGenerator<ExportResultsResponse>) {
  const backend = { result: { exportResults: batches } } as unknown as Backend;
  const logger = createLogger('test', { level: 'silent', format: 'json' });
  const app = createApp({ maxFileSize: 2 ** 30, dashboard: undefined, backend, hosts: HostList.of('', ''), logger });
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/api/v1/export`;
  return { url, [Symbol.asyncDispose]: () => app.close() };
}

describe('the export', () => {
  it('asks for no more than its reader takes, and for nothing once the reader is gone', {
    timeout: 30_000,
  }, async () => {
    let asked = 0;
    const ended = Promise.withResolvers<void>();
    await using server = await serve(async function* () {
      try {
        for (;;) {
          asked += 1;
          yield batch;
        }
      } finally {
        ended.resolve();
      }
    });
    const request = get(server.url);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.pause();
    let before = -1;
    while (before !== asked) {
      before = asked;
      await delay(500);
    }
    assert.ok(asked < 500, `${asked} batches were asked for`);
    request.destroy();
    await ended.promise;
  });

  it('answers with a problem when nothing can be exported', async () => {
    await using server = await serve(async function* () {
      yield* [];
      throw new FilemillError('UNAVAILABLE');
    });
    const response = await fetch(server.url);
    assert.equal(response.status, 503);
    assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  });

  it('breaks off when it cannot go on, so that nobody takes a part for the whole', async () => {
    await using server = await serve(async function* () {
      yield batch;
      throw new FilemillError('UNAVAILABLE');
    });
    const response = await fetch(server.url);
    assert.equal(response.status, 200);
    await assert.rejects(response.text());
  });

  it('does not begin for HEAD', async () => {
    let asked = 0;
    await using server = await serve(async function* () {
      asked += 1;
      yield batch;
    });
    const response = await fetch(`${server.url}?format=csv`, { method: 'HEAD' });
    assert.deepEqual([response.status, asked], [200, 0]);
    assert.match(response.headers.get('content-type') ?? '', /^text\/csv/);
  });
});
