import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { createLogger } from '#platform/logger.ts';
import { RpcServer } from '#platform/rpc/server.ts';
import { filemill } from '../support/cli.ts';
import { ConnectProxy } from '../support/connect-proxy.ts';
import { testFolder } from '../support/start-services.ts';

/** Which way a call is expected to take: to the server, through the proxy, or to neither. */
type Way = 'direct' | 'proxy' | 'nowhere';

describe('the command line with proxies in its environment', () => {
  const resources = new AsyncDisposableStack();
  const targets: Record<string, string> = { elsewhere: 'files.invalid:50051' };
  const variables = ['grpc_proxy', 'https_proxy', 'http_proxy', 'FILEMILL_PROXY', 'HTTPS_PROXY', 'HTTP_PROXY'] as const;

  before(async () => {
    const folder = resources.use(await testFolder());
    const port = await serve('127.0.0.1:0');
    Object.assign(targets, {
      loopback: `127.0.0.1:${port}`,
      name: `localhost:${port}`,
      socket: `unix:${folder.path}/s`,
    });
    await serve(targets.socket ?? '');
    targets.loopback6 = `[::1]:${await serve('[::1]:0')}`;
  });
  after(() => resources.disposeAsync());

  async function serve(address: string): Promise<number> {
    const logger = createLogger('test', { level: 'silent', format: 'json' });
    const listFiles = async () => ({ files: [] });
    const server = resources.use(new RpcServer(logger).addPart(MetadataService, { listFiles }));
    await server.listen(address);
    return server.port;
  }

  const list = (server: string, env: Record<string, string>) =>
    filemill(['list', '--json', '--retry-for', '0s'], { server, env });

  function expected(target: string, env: Record<string, string>): Way {
    if (target !== 'elsewhere') return 'direct';
    const isUsed = ['grpc_proxy', 'https_proxy', 'http_proxy', 'FILEMILL_PROXY'].some((name) => name in env);
    return isUsed && env.FILEMILL_PROXY !== 'none' && !('no_proxy' in env) ? 'proxy' : 'nowhere';
  }

  const more: readonly Record<string, string>[] = [{}, { no_proxy: 'invalid' }, { FILEMILL_PROXY: 'none' }];
  for (const target of ['loopback', 'loopback6', 'name', 'socket', 'elsewhere'])
    for (const variable of variables)
      it(`goes its way to ${target} with ${variable}`, async () => {
        for (const further of target === 'elsewhere' ? more : [{}]) {
          await using proxy = await ConnectProxy.start({ leadsTo: targets.loopback ?? '' });
          const env = { [variable]: `http://${proxy.address}`, ...further };
          const { code, stderr } = await list(targets[target] ?? '', env);
          const way = expected(target, env);
          assert.equal(code, way === 'nowhere' ? 5 : 0, stderr);
          assert.deepEqual(proxy.asked, way === 'proxy' ? [targets.elsewhere] : []);
          assert.doesNotMatch(stderr, /prox/i);
        }
      });

  it('says which proxy refused, and how to go around it', async () => {
    await using proxy = await ConnectProxy.start({ login: 'me:right' });
    const { code, stderr } = await list('files.invalid:50051', { https_proxy: `http://me:wrong@${proxy.address}` });
    assert.equal(code, 6, stderr);
    assert.match(stderr, new RegExp(`The proxy http://${proxy.address} \\(from https_proxy\\) refused .*407`));
    assert.match(stderr, /→ .*no_proxy or FILEMILL_PROXY=none/);
    assert.doesNotMatch(stderr, /wrong/);
  });

  it('ends with 2 when the proxy is of a kind that gRPC cannot use', async () => {
    const { code, stderr } = await list('files.invalid:50051', { FILEMILL_PROXY: 'socks5://127.0.0.1:1080' });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /FILEMILL_PROXY: .*socks5/);
  });
});
