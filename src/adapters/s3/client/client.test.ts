import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { Reason } from '#domain/errors.ts';
import { S3Client } from './client.ts';
import { s3Location } from './location.ts';

interface Scripted {
  readonly status: number;
  readonly body?: string;
  /** Cuts the connection in place of an answer. */
  readonly cut?: boolean;
}

const error = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>words</Message></Error>`;
const ok: Scripted = { status: 200, body: 'content' };

/** A server that gives these answers in turn, and the last one from then on. */
async function scriptedServer(answers: readonly Scripted[]) {
  const requests: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = [];
  const server = createServer(async (request, response) => {
    const { status, body, cut } = answers[Math.min(requests.length, answers.length - 1)] ?? ok;
    requests.push(request);
    await request.resume().toArray();
    if (cut) request.socket.destroy();
    else response.writeHead(status).end(body);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const location = s3Location.parse(`s3://bucket/some/prefix?endpoint=http://127.0.0.1:${port}`);
  const client = new S3Client(location, {
    credentials: async () => ({ accessKeyId: 'id', secretAccessKey: 'secret' }),
    patienceMs: 400,
  });
  return {
    client,
    requests,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      server.close();
    },
  };
}

for (const [name, first] of Object.entries<Scripted>({
  'asks for fewer requests': { status: 503, body: error('SlowDown') },
  'has a fault': { status: 500, body: error('InternalError') },
  'answers 200 and then an error': { status: 200, body: error('InternalError') },
  'received damaged bytes': { status: 400, body: error('BadDigest') },
  'is behind a proxy that cannot reach it': { status: 502, body: '<html>Bad Gateway' },
  'cuts the connection': { status: 0, cut: true },
}))
  test(`a request is repeated when the server ${name}`, async () => {
    await using server = await scriptedServer([first, first, ok]);
    assert.equal((await server.client.get('key'))?.toString(), 'content');
    assert.equal(server.requests.length, 3);
  });

for (const [name, { answer, reason, atOnce = true }] of Object.entries<{
  readonly answer: Scripted;
  readonly reason: Reason;
  readonly atOnce?: boolean;
}>({
  'goes on asking for fewer requests': {
    answer: { status: 503, body: error('SlowDown') },
    reason: 'OVERLOADED',
    atOnce: false,
  },
  'stays away': { answer: { status: 0, cut: true }, reason: 'UNAVAILABLE', atOnce: false },
  'has no such bucket': { answer: { status: 404, body: error('NoSuchBucket') }, reason: 'STORE_REFUSES' },
  'does not know the key': { answer: { status: 403, body: error('InvalidAccessKeyId') }, reason: 'STORE_REFUSES' },
  'permits nothing': { answer: { status: 403, body: error('AccessDenied') }, reason: 'STORE_REFUSES' },
  'has no room': { answer: { status: 403, body: error('QuotaExceeded') }, reason: 'DISK_FULL' },
  'says something unheard of': { answer: { status: 418 }, reason: 'STORE_REFUSES' },
}))
  test(`callers are told ${reason} when the server ${name}`, async () => {
    await using server = await scriptedServer([answer]);
    await assert.rejects(server.client.get('key'), { reason });
    assert.equal(server.requests.length === 1, atOnce);
  });

test('an object that does not exist is an answer', async () => {
  await using server = await scriptedServer([{ status: 404, body: error('NoSuchKey') }]);
  assert.equal(await server.client.get('key'), undefined);
  assert.equal(await server.client.head('key'), undefined);
  await server.client.remove('key');
});

test('bytes carry their checksums, under a key with the prefix', async () => {
  await using server = await scriptedServer([{ status: 200 }]);
  await server.client.put('objects/1', Buffer.from('123456789'));
  const { url, headers } = server.requests[0] ?? {};
  assert.equal(url, '/bucket/some/prefix/objects/1');
  assert.equal(headers?.['content-length'], '9');
  assert.equal(headers?.['content-md5'], createHash('md5').update('123456789').digest('base64'));
  // The check value of CRC-32C is e3069283.
  assert.equal(headers?.['x-amz-checksum-crc32c'], Buffer.from('e3069283', 'hex').toString('base64'));
  assert.equal(headers?.['x-amz-sdk-checksum-algorithm'], 'CRC32C');
  assert.match(String(headers?.authorization), /SignedHeaders=content-md5;host;x-amz-/);
});

for (const [setting, problem] of [
  ['http://bucket', /must be s3:/],
  ['s3://B', /cannot be the name of a bucket/],
  ['s3://id:secret@bucket', /must not contain credentials/],
  ['s3://bucket/a b', /the prefix may contain/],
  ['s3://bucket/..%2f', /the prefix may contain/],
  ['s3://bucket?endpoint=host:9000', /the endpoint must be/],
  ['s3://bucket?endpoint=http://host/path', /the endpoint must be/],
  ['s3://bucket?regoin=eu', /"regoin" is not a parameter/],
] as const)
  test(`${setting} is refused`, () => {
    assert.match(s3Location.safeParse(setting).error?.issues[0]?.message ?? '', problem);
  });

test('a bucket without an endpoint is at AWS', () => {
  assert.deepEqual(s3Location.parse('s3://bucket?region=eu-central-1'), {
    endpoint: 'https://s3.eu-central-1.amazonaws.com',
    region: 'eu-central-1',
    bucket: 'bucket',
    prefix: '',
  });
});
