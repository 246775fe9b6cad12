import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { Filemill, type FilemillOptions } from '@filemill/client';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that gives one answer after the other, and the last one again and again. */
async function serverOf(...answers: Answer[]) {
  const heard: { method: string; key: string | undefined; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const { method = '', headers } = request;
    heard.push({ method, key: headers['idempotency-key'] as string | undefined, authorization: headers.authorization });
    request.resume().on('end', () => answers[Math.min(heard.length, answers.length) - 1]?.(request, response));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    heard,
    client: (options: FilemillOptions = {}) => new Filemill({ url, ...options }),
    [Symbol.asyncDispose]: async () => void server.close().closeAllConnections(),
  };
}

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response
      .writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', ...headers })
      .end(JSON.stringify(body));
const cut: Answer = (request) => request.socket.destroy();
const problem = (status: number, reason: string, headers?: Record<string, string>) =>
  json(status, { reason, detail: 'Said the server.', action: 'Do that.', facts: { size: '1' } }, headers);
const busy = { 'retry-after': '0' };
const ok = json(200, { id: 'x', size: 4, items: [] });

describe('a request', () => {
  const passing: Record<string, Answer> = {
    'a connection that breaks': cut,
    'a server that is busy': problem(429, 'OVERLOADED', busy),
    'a server that stops': problem(503, 'SHUTTING_DOWN', busy),
    'a proxy without a server': (_, response) => void response.writeHead(502).end('<h1>Bad Gateway</h1>'),
  };
  for (const [what, answer] of Object.entries(passing))
    it(`is sent again after ${what}, an upload with the same key`, async () => {
      await using server = await serverOf(answer, answer, ok);
      assert.equal((await server.client().upload(Buffer.from('four'))).id, 'x');
      assert.equal(server.heard.length, 3);
      assert.equal(new Set(server.heard.map(({ key }) => key)).size, 1);
      assert.match(server.heard[0]?.key ?? '', /^[0-9a-f-]{36}$/);
    });

  const lasting: Record<string, Answer> = {
    'a refusal': problem(400, 'NAME_INVALID'),
    'a quota that is used up': problem(429, 'QUOTA_EXCEEDED'),
    'an answer of something else': (_, response) => void response.writeHead(404).end('nothing here'),
  };
  for (const [what, answer] of Object.entries(lasting))
    it(`is not sent again after ${what}`, async () => {
      await using server = await serverOf(answer);
      await assert.rejects(server.client().get('x'), { name: 'FilemillError' });
      assert.equal(server.heard.length, 1);
    });

  it('is given up after so many tries', async () => {
    await using server = await serverOf(cut);
    await assert.rejects(server.client({ retries: 2 }).get('x'), { code: 'UNREACHABLE' });
    assert.equal(server.heard.length, 3);
  });

  it('is not waited for without end', async () => {
    await using server = await serverOf(() => undefined);
    await assert.rejects(server.client({ retries: 0, timeoutMs: 50 }).get('x'), { code: 'TIMED_OUT' });
  });

  it('says what the server says', async () => {
    await using server = await serverOf(problem(400, 'NAME_INVALID', { 'x-request-id': 'r1' }));
    const expected = { code: 'NAME_INVALID', message: 'Said the server.', advice: 'Do that.', status: 400 };
    await assert.rejects(server.client().get('x'), { ...expected, requestId: 'r1', facts: { size: '1' } });
  });

  it('carries the token', async () => {
    await using server = await serverOf(ok);
    await server.client({ token: 'secret' }).get('x');
    assert.equal(server.heard[0]?.authorization, 'Bearer secret');
  });
});

describe('what was done although its answer was lost', () => {
  it('counts as deleted', async () => {
    await using server = await serverOf(cut, problem(404, 'FILE_NOT_FOUND'));
    await server.client().delete('x');
  });

  it('counts as retried', async () => {
    await using server = await serverOf(cut, problem(409, 'NOT_FAILED'), ok);
    assert.equal((await server.client().retry('x')).id, 'x');
    assert.deepEqual(
      server.heard.map(({ method }) => method),
      ['POST', 'POST', 'GET'],
    );
  });
});
