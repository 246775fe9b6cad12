import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { createLogger } from '#platform/logger.ts';
import { createApp } from '../app.ts';
import { createBackend } from '../backend.ts';
import { readWebConfig } from '../config.ts';
import { AllowedOrigins } from './cross-origin.ts';
import { HostList } from './origin-guard.ts';

describe('the list of allowed origins', () => {
  for (const list of ['', 'https://app.example', 'https://app.example, http://127.0.0.1:3000', 'http://[::1]:8080'])
    it(`may be ${JSON.stringify(list)}`, () => assert.notEqual(AllowedOrigins.parse(list), undefined));

  const malformed = [
    '*',
    'null',
    'app.example',
    'https://*.app.example',
    'https://app.example/',
    'https://app.example/page',
    'https://app.example:443',
    'https://APP.example',
    'https://user@app.example',
    'file:///page.html',
    'https://app.example https://other.example',
  ];
  for (const list of malformed)
    it(`is refused at the start when it is ${list}`, () => {
      assert.equal(AllowedOrigins.parse(list), undefined);
      assert.throws(
        () => readWebConfig({ FILEMILL_ALLOWED_ORIGINS: list }),
        /^ConfigError: FILEMILL_ALLOWED_ORIGINS: /,
      );
    });
});

describe('a page on another origin', () => {
  // Nothing listens behind this target.
  const backend = createBackend('unix:/nonexistent/filemill.sock');
  const origin = 'https://app.example';
  const app = createApp({
    backend,
    maxFileSize: 2 ** 30,
    auth: 'required',
    hosts: HostList.of('127.0.0.1:8080', 'files.example'),
    allowedOrigins: AllowedOrigins.parse(`${origin}, https://files.example`),
    logger: createLogger('web', { level: 'silent', format: 'json' }),
    dashboard: undefined,
  });
  after(async () => {
    await app.close();
    backend[Symbol.dispose]();
  });
  const ask = (headers: Record<string, string>, method: 'GET' | 'OPTIONS' = 'GET', url = '/livez') =>
    app.inject({ method, url, headers: { host: 'files.example', ...headers } });
  const preflight = { 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization' };
  const words = (header: unknown) => String(header).toLowerCase().split(', ');

  for (const site of ['cross-site', 'same-site'])
    it(`may read answers, ${site}`, async () => {
      const { statusCode, headers } = await ask({ origin, 'sec-fetch-site': site });
      assert.equal(statusCode, 200);
      assert.equal(headers['access-control-allow-origin'], origin);
      assert.equal(headers.vary, 'Origin');
      const exposed = words(headers['access-control-expose-headers']);
      for (const name of ['location', 'upload-offset', 'upload-length', 'upload-expires', 'tus-resumable', 'etag'])
        assert.ok(exposed.includes(name), name);
      assert.ok(['x-request-id', 'retry-after', 'content-range'].every((name) => exposed.includes(name)));
    });

  it('begins no session of the page, whose cookie a neighbour on the same site could set', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/session',
      headers: { host: 'files.example', origin, 'sec-fetch-site': 'same-site' },
      payload: { token: 'any' },
    });
    assert.deepEqual([answer.statusCode, answer.json().reason], [403, 'ORIGIN_REFUSED']);
  });

  it('may read refusals too', async () => {
    const { statusCode, headers } = await ask({ origin, 'sec-fetch-site': 'cross-site' }, 'GET', '/api/v1/files');
    assert.equal(statusCode, 401);
    assert.equal(headers['access-control-allow-origin'], origin);
  });

  it('is told beforehand what it may send, without credentials', async () => {
    for (const url of ['/uploads', '/uploads/x', '/api/v1/files', '/files/a.txt']) {
      const answer = await ask({ origin, 'sec-fetch-site': 'cross-site', ...preflight }, 'OPTIONS', url);
      assert.equal(answer.statusCode, 204, url);
      assert.equal(answer.body, '');
      assert.ok(words(answer.headers['access-control-allow-methods']).includes('patch'));
      const heard = words(answer.headers['access-control-allow-headers']);
      for (const name of ['authorization', 'tus-resumable', 'upload-metadata', 'x-request-id', 'idempotency-key'])
        assert.ok(heard.includes(name), name);
      assert.ok(!heard.includes('x-filemill-page'));
    }
  });

  it('never uses the session of the page', async () => {
    const cookie = `filemill-session=fm_${'0'.repeat(12)}_${'0'.repeat(43)}`;
    // With the cookie, the caller would have been asked for, and nobody answers.
    const withoutOrigin = await ask({ cookie }, 'GET', '/api/v1/files');
    assert.equal(withoutOrigin.statusCode, 503);
    const { statusCode, headers } = await ask(
      { cookie, origin, 'sec-fetch-site': 'same-site' },
      'GET',
      '/api/v1/files',
    );
    assert.equal(statusCode, 401);
    assert.equal(headers['access-control-allow-credentials'], undefined);
  });

  it('is our own, if it lies here, whatever the list says', async () => {
    const own = { origin: 'https://files.example', 'sec-fetch-site': 'same-origin', cookie: 'filemill-session=x' };
    const { statusCode, headers } = await ask(own, 'GET', '/api/v1/files');
    assert.equal(statusCode, 503);
    assert.equal(headers['access-control-allow-origin'], undefined);
  });

  const refused = {
    'an origin that is not listed': { origin: 'https://evil.example' },
    'another port': { origin: `${origin}:8443` },
    'another scheme': { origin: 'http://app.example' },
    'a name below it': { origin: 'https://x.app.example' },
    'a sandboxed page': { origin: 'null' },
    'a request without an origin': { 'sec-fetch-site': 'cross-site' },
    'a host that is not known': { origin, host: 'evil.example' },
  };
  for (const [what, headers] of Object.entries(refused))
    for (const method of ['GET', 'OPTIONS'] as const)
      it(`refuses ${what}, ${method}`, async () => {
        const answer = await ask({ ...headers, ...(method === 'OPTIONS' && preflight) }, method);
        assert.equal(answer.statusCode, 403);
        assert.equal(answer.headers['access-control-allow-origin'], undefined);
      });
});
