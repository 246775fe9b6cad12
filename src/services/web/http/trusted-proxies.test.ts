import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { ConfigError } from '#platform/config.ts';
import { readWebConfig } from '../config.ts';
import { TrustedProxies } from './trusted-proxies.ts';

const passage = (list: string, remoteAddress: string | undefined, headers: IncomingHttpHeaders, httpVersion = '1.1') =>
  TrustedProxies.parse(list)?.passageOf({ headers, httpVersion, socket: { remoteAddress } } as IncomingMessage);

describe('what a trusted proxy tells', () => {
  const rows: readonly [headers: IncomingHttpHeaders, hosts: readonly string[]][] = [
    [{}, []],
    [{ 'x-forwarded-host': 'files.example' }, ['files.example']],
    [{ 'x-forwarded-host': 'files.example:8443, inner.example' }, ['files.example:8443', 'inner.example']],
    [{ 'x-forwarded-host': ' , ' }, []],
    [{ forwarded: 'host=files.example' }, ['files.example']],
    [{ forwarded: 'for=192.0.2.60;proto=http;by=203.0.113.43' }, []],
    [{ forwarded: 'for=192.0.2.1;Host="files.example:8443";proto=https' }, ['files.example:8443']],
    [{ forwarded: 'for="[2001:db8::1]:80"; host=a.example, for=x;host="[::1]:8080"' }, ['a.example', '[::1]:8080']],
    [{ forwarded: 'for="x;host=hidden.example";host=real.example' }, ['real.example']],
    [{ forwarded: 'host="quo\\ted.example"' }, ['quoted.example']],
    [{ forwarded: 'host=' }, ['']],
    [{ forwarded: 'host="unclosed.example' }, ['']],
    [{ forwarded: 'host=a.example', 'x-forwarded-host': 'b.example' }, ['a.example', 'b.example']],
  ];
  for (const [headers, hosts] of rows)
    it(JSON.stringify(headers), () => assert.deepEqual(passage('loopback', '127.0.0.1', headers)?.hosts, hosts));

  it('is that it hides the host when it speaks HTTP/1.0 and names none', () => {
    const hides = (headers: IncomingHttpHeaders, version: string) =>
      passage('loopback', '127.0.0.1', headers, version)?.hidesHost;
    assert.equal(hides({}, '1.0'), true);
    assert.equal(hides({}, '1.1'), false);
    assert.equal(hides({ 'x-forwarded-host': 'a' }, '1.0'), false);
  });
});

describe('a proxy is trusted', () => {
  const rows: readonly [list: string, address: string | undefined, isTrusted: boolean][] = [
    ['loopback', '127.0.0.1', true],
    ['loopback', '127.9.9.9', true],
    ['loopback', '::1', true],
    ['loopback', '::ffff:127.0.0.1', true],
    ['loopback', undefined, true],
    ['loopback', '10.0.0.5', false],
    ['loopback', '::ffff:10.0.0.5', false],
    ['10.0.0.0/8', '10.0.0.5', true],
    ['10.0.0.0/8', '::ffff:10.0.0.5', true],
    ['10.0.0.0/8', '127.0.0.1', false],
    ['10.0.0.0/8, loopback', '::1', true],
    ['2001:db8::/32,192.0.2.7', '2001:db8::9', true],
    ['2001:db8::/32,192.0.2.7', '192.0.2.7', true],
    ['2001:db8::/32,192.0.2.7', '192.0.2.8', false],
    ['none', '127.0.0.1', false],
  ];
  for (const [list, address, isTrusted] of rows)
    it(`${isTrusted ? '' : 'not '}at ${address ?? 'a socket'} with ${list}`, () => {
      const hosts = passage(list, address, { 'x-forwarded-host': 'a.example' })?.hosts;
      assert.deepEqual(hosts, isTrusted ? ['a.example'] : []);
    });

  for (const list of ['example.com', '10.0.0.0/33', '10.0.0', 'all', '127.0.0.1:80'])
    it(`by no such list as ${list}, which stops the boot`, () => {
      const read = () => readWebConfig({ FILEMILL_TRUSTED_PROXIES: list });
      assert.throws(read, (error) => error instanceof ConfigError && /^FILEMILL_TRUSTED_PROXIES: /.test(error.message));
    });
});
