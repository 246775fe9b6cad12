import assert from 'node:assert/strict';
import { type IncomingMessage, request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { FileJson } from '#contract/schemas.ts';
import { filemill } from '../support/cli.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Line = Readonly<Record<string, unknown>>;

describe('The id of an HTTP request', () => {
  let stack: Cluster;
  before(async () => {
    stack = await startCluster({
      services: httpServices,
      settings: { FILEMILL_LOG_LEVEL: 'debug', FILEMILL_LOG_FORMAT: 'json' },
    });
  });
  after(() => stack[Symbol.asyncDispose]());

  const ways: Readonly<Record<string, { send: (id: string) => Promise<Response>; services: readonly Name[] }>> = {
    'a PUT': {
      send: (id) => fetch(`${stack.base}/files/a.txt`, { method: 'PUT', body: 'a', headers: { 'x-request-id': id } }),
      services: ['web', 'upload', 'metadata'],
    },
    'a form': {
      send: (id) => {
        const body = new FormData();
        body.append('file', new File(['b'], 'b.txt'));
        return fetch(`${stack.base}/api/v1/files`, { method: 'POST', body, headers: { 'x-request-id': id } });
      },
      services: ['web', 'upload', 'metadata'],
    },
    'tus in one request': {
      send: (id) =>
        fetch(`${stack.base}/uploads`, {
          method: 'POST',
          body: 'c',
          headers: {
            'x-request-id': id,
            'tus-resumable': '1.0.0',
            'upload-length': '1',
            'content-type': 'application/offset+octet-stream',
          },
        }),
      services: ['web', 'upload', 'metadata'],
    },
    'a list of files': {
      send: (id) => fetch(`${stack.base}/api/v1/files`, { headers: { 'x-request-id': id } }),
      services: ['web', 'upload', 'metadata'],
    },
    'a list of results': {
      send: (id) => fetch(`${stack.base}/api/v1/results`, { headers: { 'x-request-id': id } }),
      services: ['web', 'upload', 'result'],
    },
    'an export': {
      send: (id) => fetch(`${stack.base}/api/v1/export`, { headers: { 'x-request-id': id } }),
      services: ['web', 'upload', 'result'],
    },
  };

  for (const [what, { send, services }] of Object.entries(ways))
    it(`of ${what} is answered, and stands in the logs of ${services.join(', ')}`, async () => {
      const id = `order-${Object.keys(ways).indexOf(what)}`;
      const answer = await send(id);
      assert.ok(answer.ok, await answer.text());
      assert.equal(answer.headers.get('x-request-id'), id);
      for (const name of services)
        await eventually('the log names the request', async () => linesOf(name, id).length > 0);
    });

  for (const what of ['a PUT', 'a form', 'tus in one request'])
    it(`of ${what} is kept with the file that it created, and shown by every reader`, async () => {
      const id = `kept-${Object.keys(ways).indexOf(what)}`;
      await ways[what]?.send(id);
      const [row] = await stack.query<{ id: string }>('select id from files where request_id = $1', [id]);
      const file = row?.id ?? '';
      const json = (await (await fetch(`${stack.base}/api/v1/files/${file}`)).json()) as FileJson;
      assert.equal(json.request_id, id);
      const { stdout } = await filemill(['get', file], { server: stack.target('upload') });
      assert.match(stdout, new RegExp(`request id +${id}\\n`));
    });

  it('stands in a problem, and beside the refusal in the log of the service that refused', async () => {
    const headers = { 'x-request-id': 'order-refused', 'content-length': '1' };
    const answer = await fetch(`${stack.base}/files/a.txt?path=../b`, { method: 'PUT', body: 'a', headers });
    const problem = (await answer.json()) as { request_id: string; reason: string };
    assert.deepEqual([problem.request_id, problem.reason], ['order-refused', 'NAME_INVALID']);
    await eventually('the server refuses', async () =>
      linesOf('upload', 'order-refused').some(({ reason }) => reason === 'NAME_INVALID'),
    );
  });

  for (const [what, id] of Object.entries({
    'is missing': undefined,
    'is empty': '',
    'is too long': 'a'.repeat(129),
    'holds a tab': 'a\tb',
    'holds a quote': 'a"b',
    'holds what is not ASCII': 'a\u00ffb',
    'comes twice': ['a', 'b'],
  }))
    it(`is made here when it ${what}`, async () => {
      const { headers, statusCode } = await ask(`${stack.base}/api/v1/files`, id);
      assert.equal(statusCode, 200);
      assert.match(String(headers['x-request-id']), uuid);
    });

  it('is answered to what the router itself refuses', async () => {
    const { headers, statusCode } = await ask(`${stack.base}/files/%zz`, 'order-bad');
    assert.deepEqual([statusCode, headers['x-request-id']], [400, 'order-bad']);
  });

  type Name = 'web' | 'upload' | 'metadata' | 'result';

  function linesOf(name: Name, requestId: string): Line[] {
    const whole = stack.service(name).log().split('\n').slice(0, -1);
    return whole.map((line) => JSON.parse(line) as Line).filter((line) => line.requestId === requestId);
  }
});

/** `fetch` would refuse some of these itself. */
function ask(url: string, id: string | string[] | undefined): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request(url, { headers: id === undefined ? {} : { 'x-request-id': id } }, (answer) => resolve(answer.resume()))
    .on('error', reject)
    .end();
  return promise;
}
