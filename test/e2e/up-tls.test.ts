import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect } from 'node:tls';
import { filemill } from '#test/support/cli.ts';
import { testFolder } from '#test/support/start-services.ts';
import { Up } from '#test/support/up.ts';

describe('filemill up --tls', () => {
  const resources = new AsyncDisposableStack();
  let up: Up;
  let ca: string;
  let grpc: string;
  let http: string;
  before(async () => {
    const folder = resources.use(await testFolder()).path;
    up = resources.use(new Up(join(folder, 'data'), ['--tls', 'testdata/hello.txt']));
    [, grpc = '', http = ''] = await up.said(/gRPC (https:\S+) +(https:\S+)\n(?:.*\n)*?Ready\./);
    ca = join(folder, 'data/tls/ca.pem');
  });
  after(async () => {
    up.ctrlC();
    await up.ended();
    await resources.disposeAsync();
  });

  it('uploads and says how to trust it', () => {
    assert.match(up.stdout, /hello\.txt .* 12 words/);
    assert.ok(up.stderr.includes(`export FILEMILL_TLS_CA=${ca}`), up.stderr);
    assert.ok(up.stderr.includes(`curl --cacert ${ca} ${http}/readyz`), up.stderr);
  });

  it('serves the command line that knows its CA, and no other', async () => {
    const known = await filemill(['list', '-q'], { server: grpc, env: { FILEMILL_TLS_CA: ca } });
    assert.equal(known.code, 0, known.stderr);
    assert.match(known.stdout, /^[\da-f-]{36}\n$/);
    const stranger = await filemill(['list'], { server: grpc });
    assert.match(stranger.stderr, /The certificate of 127\.0\.0\.1 is not trusted: .*\n.*→ Set FILEMILL_TLS_CA/);
    assert.notEqual(stranger.code, 0);
    const clear = await filemill(['list'], { server: grpc.replace('https://', '') });
    assert.match(clear.stderr, /want TLS|closed at once|connection reset/);
  });

  it('answers doctor', async () => {
    const { code, stdout } = await filemill(['doctor'], { server: grpc, env: { FILEMILL_TLS_CA: ca } });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /✔ Links +all that leave a machine are protected by TLS/);
  });

  it('serves HTTPS, through which an upload reaches the files', async () => {
    const { status, body } = await send(`${http}/files/by-https.txt`, await readFile(ca, 'utf8'), 'some words');
    assert.equal(status, 201, body);
  });

  it('speaks TLS 1.2 and newer alone', async () => {
    const { port } = new URL(http);
    const { promise, resolve } = Promise.withResolvers<string>();
    connect({
      port: Number(port),
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
    })
      .once('secureConnect', () => resolve('connected'))
      .once('error', () => resolve('refused'));
    assert.equal(await promise, 'refused');
  });
});

/** PUTs `content`; fetch would not take a CA. */
async function send(url: string, ca: string, content: string): Promise<{ status: number | undefined; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: string }>();
  const sending = request(url, { method: 'PUT', ca, headers: { 'content-length': content.length } }, (answer) => {
    let body = '';
    answer.on('data', (chunk) => {
      body += chunk;
    });
    answer.once('end', () => resolve({ status: answer.statusCode, body }));
  });
  sending.once('error', reject);
  sending.end(content);
  return await promise;
}
