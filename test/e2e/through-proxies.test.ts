import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import type { Server, Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { FilemillError, Reason } from '#domain/errors.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.ts';
import { createLogger } from '#platform/logger.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { isRetryable } from '#platform/rpc/errors.ts';
import { ProxyRules } from '#platform/rpc/proxy.ts';
import { RpcServer } from '#platform/rpc/server.ts';
import { ConnectProxy } from '../support/connect-proxy.ts';
import { closedPort, startTcp } from '../support/tcp-server.ts';

describe('calls through a proxy that the environment names', () => {
  const resources = new AsyncDisposableStack();
  let server: string;
  before(async () => {
    server = resources.use(await startHealth()).address;
  });
  after(() => resources.disposeAsync());

  const check = async (target: string, env: Record<string, string>, timeoutMs = 15_000) => {
    using channel = new RpcChannel(target, { proxy: ProxyRules.ofClient(env).to(target) });
    return (await channel.client(Health).check({}, { timeoutMs })).status;
  };

  for (const host of ['127.0.0.1', '::1'])
    for (const target of ['files.example:50051', '[2001:db8::1]:50051', 'dns:///files.example:50051', 'files.example'])
      it(`reach ${target} over a tunnel of the one on ${host}`, async () => {
        await using proxy = await ConnectProxy.start({ leadsTo: server }, host);
        assert.equal(await check(target, { http_proxy: `http://${proxy.address}` }), ServingStatus.SERVING);
        const authority = target.replace('dns:///', '');
        assert.deepEqual(proxy.asked, [authority === 'files.example' ? 'files.example:443' : authority]);
      });

  it('give it the user and password of its URL', async () => {
    await using proxy = await ConnectProxy.start({ leadsTo: server, login: 'me:p@ss word' });
    const env = { FILEMILL_PROXY: `http://me:p%40ss%20word@${proxy.address}` };
    assert.equal(await check('files.example:50051', env), ServingStatus.SERVING);
  });

  it('leave it out for this machine', async () => {
    await using proxy = await ConnectProxy.start({ refusal: '403 Forbidden' });
    const url = `http://${proxy.address}`;
    const env = { grpc_proxy: url, https_proxy: url, http_proxy: url, FILEMILL_PROXY: url };
    assert.equal(await check(server, env), ServingStatus.SERVING);
    assert.deepEqual(proxy.asked, []);
  });

  const refusals: readonly [what: string, options: object, reason: Reason, says: RegExp][] = [
    ['forbids it', { refusal: '403 Forbidden' }, 'PROXY_REFUSED', /: 403 Forbidden$/],
    ['asks for a password', { login: 'other:x' }, 'PROXY_REFUSED', /: 407 Proxy Authentication Required$/],
    ['knows no CONNECT', { refusal: '405 Method Not Allowed' }, 'PROXY_REFUSED', /: 405 Method Not Allowed$/],
    ['does not find the server', { refusal: '502 Bad Gateway' }, 'PROXY_UNAVAILABLE', /: 502 Bad Gateway$/],
    ['is overloaded', { refusal: '503 Service Unavailable' }, 'PROXY_UNAVAILABLE', /: 503 Service Unavailable$/],
    ['gives up', { refusal: '504 Gateway Timeout' }, 'PROXY_UNAVAILABLE', /: 504 Gateway Timeout$/],
  ];
  for (const [what, options, reason, says] of refusals)
    it(`name the one that ${what}, without its password`, async () => {
      await using proxy = await ConnectProxy.start(options);
      const error = await failureOf(check('files.example:50051', { http_proxy: `http://me:secret@${proxy.address}` }));
      assert.equal(error.reason, reason);
      assert.match(error.message, says);
      assert.match(
        error.message,
        new RegExp(`^The proxy http://${proxy.address} \\(from http_proxy\\) .*files.example:50051`),
      );
      assert.doesNotMatch(error.message, /secret/);
      assert.equal(isRetryable(error), reason === 'PROXY_UNAVAILABLE');
    });

  const absences: readonly [what: string, onConnection: (socket: Socket) => void][] = [
    ['hangs up', (socket) => socket.destroy()],
    ['speaks something else', (socket) => socket.end('220 smtp.example ESMTP\r\n')],
    ['says nothing', () => undefined],
  ];
  for (const [what, onConnection] of absences)
    it(`name the one that ${what}`, async () => {
      await using proxy = await startTcp(onConnection);
      const error = await failureOf(check('files.example:50051', { https_proxy: `http://${proxy.address}` }, 1_000));
      assert.equal(error.reason, 'PROXY_UNAVAILABLE');
      assert.match(error.message, new RegExp(`proxy http://${proxy.address} \\(from https_proxy\\)`));
    });

  it('name the one that is not there', async () => {
    const { address } = await closedPort();
    const error = await failureOf(check('files.example:50051', { grpc_proxy: `http://${address}` }));
    assert.equal(error.reason, 'PROXY_UNAVAILABLE');
    assert.equal(error.message, `Through the proxy http://${address} (from grpc_proxy): connection refused`);
  });
});

describe('an answer that is not of Filemill', () => {
  const rows: readonly [status: number, type: string | undefined, reason: Reason][] = [
    [400, 'text/html', 'PROXY_REFUSED'],
    [401, 'text/html', 'PROXY_REFUSED'],
    [403, 'text/html', 'PROXY_REFUSED'],
    [404, 'text/html', 'PROXY_REFUSED'],
    [404, undefined, 'PROXY_REFUSED'],
    [405, 'text/plain', 'PROXY_REFUSED'],
    [408, 'text/html', 'PROXY_UNAVAILABLE'],
    [413, 'text/html', 'PROXY_LIMIT'],
    [413, undefined, 'PROXY_LIMIT'],
    [429, 'text/html', 'PROXY_UNAVAILABLE'],
    [500, 'text/html', 'PROXY_UNAVAILABLE'],
    [502, 'text/html', 'PROXY_UNAVAILABLE'],
    [502, undefined, 'PROXY_UNAVAILABLE'],
    [503, 'text/html', 'PROXY_UNAVAILABLE'],
    [504, 'text/html', 'PROXY_UNAVAILABLE'],
    [521, 'text/html', 'PROXY_UNAVAILABLE'],
    [200, 'text/html', 'PROXY_REFUSED'],
    [200, 'application/json', 'PROXY_REFUSED'],
  ];
  const calls: readonly [kind: string, call: (channel: RpcChannel) => Promise<unknown>][] = [
    ['a unary call', (channel) => channel.client(UploadService).getUpload({ id: 'x' })],
    ['a stream of a client', (channel) => channel.client(UploadService).uploadFile(nothing())],
    ['a stream of the server', (channel) => Array.fromAsync(channel.client(Health).watch({}))],
    ['a stream both ways', (channel) => Array.fromAsync(channel.client(UploadService).uploadMany(nothing()))],
  ];
  for (const [status, type, reason] of rows)
    for (const [kind, call] of calls)
      it(`${status} ${type ?? 'without a body'} ends ${kind} with ${reason}`, async () => {
        await using proxy = await startHttp2(status, type);
        using channel = new RpcChannel(proxy.address);
        const error = await failureOf(call(channel));
        assert.equal(error.reason, reason, error.message);
        assert.match(error.message, /^A proxy between you and Filemill answered /);
        assert.match(error.message, status === 200 ? new RegExp(type ?? '') : new RegExp(` ${status}`));
        assert.equal(isRetryable(error), reason === 'PROXY_UNAVAILABLE');
      });
});

async function* nothing() {}

async function failureOf(call: Promise<unknown>): Promise<FilemillError> {
  return await call.then(
    () => assert.fail('It was answered.'),
    (error) => error,
  );
}

async function startHealth() {
  const logger = createLogger('test', { level: 'silent', format: 'json' });
  const server = new RpcServer(logger).addPart(Health, { check: async () => ({ status: ServingStatus.SERVING }) });
  await server.listen('127.0.0.1:0');
  return { address: `127.0.0.1:${server.port}`, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function startHttp2(status: number, type: string | undefined) {
  const server = createHttp2Server((_request, response) => {
    response.writeHead(status, type === undefined ? {} : { 'content-type': type });
    response.end(type === undefined ? '' : `<!doctype html><title>${status}</title>`.padEnd(200));
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: addressOf(server),
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

function addressOf(server: Pick<Server, 'address'>): string {
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}
