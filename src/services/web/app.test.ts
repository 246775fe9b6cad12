import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { createLogger } from '#platform/logger.ts';
import { createApp } from './app.ts';
import { createBackend } from './backend.ts';
import { AccessGate } from './http/access.ts';
import { HostList } from './http/origin-guard.ts';
import { LiveFeed } from './live/live-feed.ts';
import { allRoutes } from './routes/index.ts';

/** Nothing listens behind this target: what is shown here holds without a backend. */
const backend = createBackend('unix:/nonexistent/filemill.sock');
const app = createApp({
  backend,
  maxFileSize: 2 ** 30,
  hosts: HostList.of('127.0.0.1:8080', ''),
  logger: createLogger('web', { level: 'silent', format: 'json' }),
  dashboard: undefined,
});
after(async () => {
  await app.close();
  backend[Symbol.dispose]();
});

describe('the HTTP surface', () => {
  it('is alive without a backend', async () => {
    const response = await app.inject('/livez');
    assert.equal(response.statusCode, 200);
    assert.deepEqual(response.json(), { live: true });
  });

  it('is not ready without a backend, and names every part that is missing', async () => {
    const response = await app.inject('/readyz');
    assert.equal(response.statusCode, 503);
    const { ready, missing } = response.json<{ ready: boolean; missing: { part: string; detail: string }[] }>();
    assert.equal(ready, false);
    assert.deepEqual(missing.map(({ part }) => part).sort(), ['metadata', 'result', 'upload', 'worker']);
    assert.ok(missing.every(({ detail }) => detail.length > 0));
  });

  it('answers 503 with a problem and Retry-After while the backend is away', async () => {
    const response = await app.inject('/api/v1/stats');
    assert.equal(response.statusCode, 503);
    assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
    assert.equal(response.headers['retry-after'], '1');
    const { reason, detail } = response.json<{ reason: string; detail: string }>();
    assert.equal(reason, 'UNAVAILABLE');
    assert.equal(detail, 'The upload service does not answer: no such file or directory.');
  });

  it('refuses an unknown parameter by name, before it asks anybody', async () => {
    const response = await app.inject('/api/v1/files?colour=red');
    assert.equal(response.statusCode, 400);
    const problem = response.json<Record<string, unknown>>();
    assert.equal(problem.reason, 'REQUEST_INVALID');
    assert.match(String(problem.detail), /unknown parameter colour/);
    assert.equal(problem.status, 400);
    assert.equal(problem.type, 'urn:filemill:error:REQUEST_INVALID');
  });

  const bodies: readonly [what: string, body: string, detail: string, headers?: Readonly<Record<string, string>>][] = [
    ['no JSON', '{"ids": [', 'The body is not valid JSON.'],
    ['a word', 'ids', 'The body is not valid JSON.'],
    ['nothing', '', 'The body is empty; it must be JSON.'],
    ['too much', JSON.stringify({ ids: ['x'.repeat(70_000)] }), 'The body is larger than 64 KiB.'],
    ['less than announced', '{}', 'The length of the body differs from its Content-Length.', { 'content-length': '9' }],
    ['an unreadable type', '{}', 'The Content-Type is malformed.', { 'content-type': '/' }],
    ['a form', 'ids=x', 'The Content-Type must be application/json, not text/plain.', { 'content-type': 'text/plain' }],
  ];
  for (const [what, payload, detail, headers] of bodies)
    it(`refuses a body that is ${what} with a sentence`, async () => {
      const all = { 'content-type': 'application/json', ...headers };
      const response = await app.inject({ method: 'POST', url: '/api/v1/files:retry', payload, headers: all });
      assert.equal(response.json<{ detail: string }>().detail, detail);
      assert.ok([400, 413, 415].includes(response.statusCode), String(response.statusCode));
    });

  it('has a problem for every address that is not served', async () => {
    for (const url of ['/nothing', '/api/v1/nothing', '/api/v1/files/%ff', '/api/v1/files/%2e%2e/%2e%2e/etc/passwd']) {
      const response = await app.inject(url);
      assert.ok([400, 404].includes(response.statusCode), `${url} answered ${response.statusCode}`);
      assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
      assert.ok(['ROUTE_NOT_FOUND', 'REQUEST_INVALID'].includes(response.json<{ reason: string }>().reason));
    }
  });

  const undecodable: readonly [method: 'GET' | 'PUT', url: string, reason: string][] = [
    ['PUT', '/files/caf%E9.txt', 'NAME_INVALID'],
    ['PUT', '/files/caf%E9.txt/', 'NAME_INVALID'],
    ['PUT', '/files/100%.txt', 'NAME_INVALID'],
    ['PUT', '/files/a.txt?path=caf%E9%2Fa.txt', 'REQUEST_INVALID'],
    ['GET', '/api/v1/files?name=%E9', 'REQUEST_INVALID'],
    ['GET', '/api/v1/files/%E9', 'REQUEST_INVALID'],
  ];
  for (const [method, url, reason] of undecodable)
    it(`refuses ${method} ${url}, which is not UTF-8`, async () => {
      const response = await app.inject({ method, url });
      assert.equal(response.statusCode, 400);
      const problem = response.json<{ reason: string; detail: string }>();
      assert.equal(problem.reason, reason);
      assert.match(problem.detail, /not valid UTF-8/);
    });

  it('says nothing of what a browser could misuse', async () => {
    for (const url of ['/livez', '/nothing', '/api/v1/files/%ff']) {
      const { headers } = await app.inject(url);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.match(String(headers['content-security-policy']), /default-src 'none'/);
      assert.equal(headers['cache-control'], 'no-store');
    }
  });

  it('answers HEAD as GET without a body', async () => {
    const response = await app.inject({ method: 'HEAD', url: '/livez' });
    assert.equal(response.statusCode, 200);
    assert.equal(response.body, '');
    assert.equal(response.headers['content-length'], String(JSON.stringify({ live: true }).length));
  });

  const foreign: readonly [name: string, headers: Record<string, string>][] = [
    ['a foreign host', { host: 'evil.example' }],
    ['a foreign origin', { host: 'localhost:8080', origin: 'https://evil.example' }],
    ['what a browser calls cross-site', { host: 'localhost:8080', 'sec-fetch-site': 'cross-site' }],
  ];
  const gate = new AccessGate(backend, 'none');
  const routes = allRoutes({
    backend,
    feed: new LiveFeed(backend),
    gate,
    maxFileSize: 2 ** 30,
  });
  const changing = routes.filter(({ method }) => method !== 'GET' && method !== 'HEAD');
  it('has routes that change something', () => assert.ok(changing.length >= 6));

  for (const [name, headers] of foreign)
    it(`refuses ${name} on every route that changes something`, async () => {
      for (const { method, path } of changing) {
        const response = await app.inject({ method, url: path.replace(/\{\w+\}/, 'x'), headers, payload: 'x' });
        assert.equal(response.statusCode, 403, `${method} ${path}`);
        assert.equal(response.json<{ reason: string }>().reason, 'ORIGIN_REFUSED');
      }
    });

  it('serves every route with a slash at its end, too', async () => {
    for (const { method, path } of routes) {
      const url = path.replace(/\{\w+\}/, 'x');
      // Whichever route it is refuses this parameter, before it does anything.
      const response = await app.inject({ method, url: `${url}/?colour=red` });
      assert.equal(response.statusCode, 400, `${method} ${url}/ answered ${response.statusCode}`);
      if (method !== 'HEAD') assert.match(response.json<{ detail: string }>().detail, /unknown parameter colour/);
    }
  });

  for (const [name, headers] of foreign)
    it(`refuses ${name} on every address`, async () => {
      for (const url of ['/livez', '/api/v1/files', '/nothing']) {
        const response = await app.inject({ url, headers });
        assert.equal(response.statusCode, 403);
        assert.equal(response.json<{ reason: string }>().reason, 'ORIGIN_REFUSED');
      }
    });
});
