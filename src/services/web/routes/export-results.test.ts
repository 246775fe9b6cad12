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

  it('has what was found in columns, and nothing in those that a result lacks', async () => {
    const found = {
      ...{
        schema: 3,
        mime_type: 'application/pdf',
        description: 'PDF document',
        confidence: 'certain',
        candidates: [],
      },
      ...{
        extension_mismatch: true,
        word_count: 2,
        word_count_of: 'document',
        line_count: null,
        character_count: null,
      },
      ...{ charset: null, sha256: 'cd', size: 9, analyzers: {} },
      findings: {
        text: { language: 'de', title: '=1+1, "x"\r\n', author: 'A', pages: 3, encrypted: true },
        archive: { error: { code: 'timeout', message: 'It took too long.' } },
        image: { error: { code: 'damaged', message: 'The end is missing.' } },
      },
    };
    const old = { schema: 1, mime_type: 'text/plain', word_count: 1, charset: 'us-ascii', sha256: 'ab', size: 5 };
    const results = [old, found].map((output) => ({ fileId: 'f', filename: 'n', outputJson: JSON.stringify(output) }));
    await using server = await serve(async function* () {
      yield create(ExportResultsResponseSchema, { results });
    });
    const lines = await (await fetch(`${server.url}?format=csv`)).text();
    const title =
      'file_id,filename,path,created_at,size,mime_type,word_count,sha256,description,confidence,extension_mismatch,' +
      'word_count_of,charset,language,title,author,pages,encrypted,finding_errors\r\n';
    const first = 'f,n,,,5,text/plain,1,ab,,,,,us-ascii,,,,,false,\r\n';
    const second =
      'f,n,,,9,application/pdf,2,cd,PDF document,certain,true,document,,de,"=1+1, ""x""\r\n",A,3,true,' +
      'archive:timeout image:damaged\r\n';
    assert.equal(lines, title + first + second);
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
