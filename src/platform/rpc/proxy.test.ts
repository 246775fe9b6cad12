import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '../config.ts';
import { ProxyRules } from './proxy.ts';

const proxy = 'http://proxy.example:3128';
const everyVariable = { grpc_proxy: proxy, https_proxy: proxy, http_proxy: proxy, FILEMILL_PROXY: proxy };
const titleOf = (rules: ProxyRules, target: string) => rules.to(target)?.title;

describe('the way to this machine', () => {
  const targets = [
    '127.0.0.1:50051',
    '127.200.3.4:1',
    'localhost:50051',
    'LOCALHOST:50051',
    'web.localhost:50051',
    'localhost',
    '[::1]:50051',
    '[0:0:0:0:0:0:0:1]:50051',
    '[::ffff:127.0.0.1]:50051',
    '0.0.0.0:50051',
    '[::]:50051',
    'dns:///localhost:50051',
    'dns:127.0.0.1:50051',
    'ipv4:127.0.0.1:50051',
    'ipv6:[::1]:50051',
    'unix:/run/filemill.sock',
    'unix:///run/filemill.sock',
    'unix-abstract:filemill',
  ];
  for (const target of targets)
    it(`is direct to ${target}, whatever the environment says`, () => {
      assert.equal(titleOf(ProxyRules.ofClient(everyVariable), target), undefined);
      assert.equal(titleOf(ProxyRules.ofService(everyVariable), target), undefined);
    });
});

describe('the way to another host', () => {
  const targets = [
    'files.example:50051',
    'files.example',
    '10.1.2.3:50051',
    '[2001:db8::1]:50051',
    'dns:///f.example:1',
  ];
  const [one, two, three] = ['http://one:1', 'http://two:2', 'http://three:3'];
  const rows: readonly [Record<string, string>, client: string | undefined, service: string | undefined][] = [
    [{}, undefined, undefined],
    [{ http_proxy: one }, 'http://one:1 (from http_proxy)', undefined],
    [{ https_proxy: one }, 'http://one:1 (from https_proxy)', undefined],
    [{ grpc_proxy: one }, 'http://one:1 (from grpc_proxy)', undefined],
    [{ https_proxy: two, http_proxy: one }, 'http://two:2 (from https_proxy)', undefined],
    [{ grpc_proxy: three, https_proxy: two, http_proxy: one }, 'http://three:3 (from grpc_proxy)', undefined],
    [
      { ...everyVariable, FILEMILL_PROXY: one },
      'http://one:1 (from FILEMILL_PROXY)',
      'http://one:1 (from FILEMILL_PROXY)',
    ],
    [{ ...everyVariable, FILEMILL_PROXY: 'none' }, undefined, undefined],
    [{ http_proxy: one, FILEMILL_PROXY: '' }, 'http://one:1 (from http_proxy)', undefined],
    // Upper case is ignored: CGI passes the `Proxy` header of a request to programs as HTTP_PROXY.
    [{ HTTP_PROXY: one, HTTPS_PROXY: one, ALL_PROXY: one, GRPC_PROXY: one }, undefined, undefined],
    [{ ...everyVariable, no_proxy: '*' }, undefined, undefined],
    [{ ...everyVariable, NO_PROXY: '*' }, undefined, undefined],
    [{ ...everyVariable, no_grpc_proxy: '*' }, undefined, undefined],
  ];
  for (const [env, client, service] of rows)
    for (const target of targets)
      it(`to ${target} with ${JSON.stringify(env)}`, () => {
        assert.equal(titleOf(ProxyRules.ofClient(env), target), client);
        assert.equal(titleOf(ProxyRules.ofService(env), target), service);
      });
});

describe('an exception', () => {
  const rows: readonly [list: string, target: string, isDirect: boolean][] = [
    ['files.example', 'files.example:50051', true],
    ['FILES.example', 'files.EXAMPLE:50051', true],
    ['example', 'files.example:50051', true],
    ['.example', 'files.example:50051', true],
    ['*.example', 'files.example:50051', true],
    ['files.example:50051', 'files.example:50051', true],
    ['other.example, files.example', 'files.example:50051', true],
    ['other.example files.example', 'files.example:50051', true],
    ['les.example', 'files.example:50051', false],
    ['a.files.example', 'files.example:50051', false],
    [',', 'files.example:50051', false],
    ['.', 'files.example:50051', false],
    ['10.0.0.0/8', '10.1.2.3:50051', true],
    ['10.1.2.3', '10.1.2.3:50051', true],
    ['11.0.0.0/8', '10.1.2.3:50051', false],
    ['10.0.0.0/33', '10.1.2.3:50051', false],
    ['10.0.0.0/x', '10.1.2.3:50051', false],
    ['.3', '10.1.2.3:50051', false],
    ['0.0.0.0/0', '10.1.2.3:50051', true],
    ['2001:db8::/32', '[2001:db8::1]:50051', true],
    ['2001:DB8::1', '[2001:db8:0::1]:50051', true],
    ['[2001:db8::1]:50051', '[2001:db8::1]:50051', true],
    ['2001:db9::/32', '[2001:db8::1]:50051', false],
  ];
  for (const [list, target, isDirect] of rows)
    it(`${JSON.stringify(list)} ${isDirect ? 'covers' : 'does not cover'} ${target}`, () => {
      const rules = ProxyRules.ofClient({ http_proxy: proxy, no_proxy: list });
      assert.equal(rules.to(target) === undefined, isDirect);
    });

  it('of gRPC alone goes before that of every program', () => {
    const rules = ProxyRules.ofClient({ http_proxy: proxy, no_grpc_proxy: 'a.example', no_proxy: 'b.example' });
    assert.equal(rules.to('a.example:1'), undefined);
    assert.notEqual(rules.to('b.example:1'), undefined);
  });
});

describe('the address of a proxy', () => {
  const basic = (login: string) => `Basic ${Buffer.from(login).toString('base64')}`;
  const rows: readonly [value: string, host: string, port: number, authorization: string | undefined][] = [
    ['http://proxy.example:3128', 'proxy.example', 3128, undefined],
    ['http://proxy.example:3128/', 'proxy.example', 3128, undefined],
    ['http://proxy.example', 'proxy.example', 80, undefined],
    ['proxy.example:3128', 'proxy.example', 3128, undefined],
    ['http://[2001:db8::1]:3128', '2001:db8::1', 3128, undefined],
    ['http://user:pass@proxy.example:3128', 'proxy.example', 3128, basic('user:pass')],
    ['http://user@proxy.example:3128', 'proxy.example', 3128, basic('user:')],
    ['http://us%65r:p%40ss%3a%2f@proxy.example:3128', 'proxy.example', 3128, basic('user:p@ss:/')],
    ['http://user:50%off@proxy.example:3128', 'proxy.example', 3128, basic('user:50%off')],
    ['http://user:p%C3%A4ss@proxy.example:3128', 'proxy.example', 3128, basic('user:päss')],
  ];
  for (const [value, host, port, authorization] of rows)
    it(`is read from ${value}`, () => {
      const found = ProxyRules.ofClient({ FILEMILL_PROXY: value }).to('files.example:1');
      assert.deepEqual([found?.host, found?.port, found?.authorization], [host, port, authorization]);
      assert.doesNotMatch(found?.title ?? '', /user|pass|off/);
    });

  for (const value of ['socks5://proxy.example:1080', 'https://proxy.example', 'http://', 'http://a b', 'direct://x'])
    it(`is refused as ${value}, with the name of the variable and what to do`, () => {
      const refused = (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /^FILEMILL_PROXY: .*none/);
        return true;
      };
      assert.throws(() => ProxyRules.ofService({ FILEMILL_PROXY: value }), refused);
      assert.throws(() => ProxyRules.ofClient({ FILEMILL_PROXY: value }).to('files.example:1'), refused);
    });

  it('is looked at by a client only when it leads there', () => {
    const rules = ProxyRules.ofClient({ http_proxy: 'socks5://proxy.example' });
    assert.equal(rules.to('localhost:1'), undefined);
    assert.throws(() => rules.to('files.example:1'), /^ConfigError: http_proxy: /);
  });
});
