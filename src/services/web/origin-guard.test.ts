import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import { HostList } from './host-list.ts';
import { guardOrigin } from './origin-guard.ts';

const hosts = HostList.of('192.168.1.7:8080', 'files.example, proxy.example:8443');

describe('the host list', () => {
  const allowed = [
    'localhost:8080',
    'LOCALHOST',
    '127.0.0.1:9999',
    '[::1]:8080',
    '192.168.1.7:8080',
    'files.example',
    'files.example:81',
    'proxy.example:8443',
  ];
  for (const host of allowed) it(`allows ${host}`, () => assert.ok(hosts.allows(host)));

  const refused = [
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    'proxy.example',
    '',
  ];
  for (const host of refused) it(`refuses ${host || 'an empty name'}`, () => assert.ok(!hosts.allows(host)));

  it('refuses a request that names no host', () => assert.ok(!hosts.allows(undefined)));
});

describe('the origin guard', () => {
  const pass = (headers: Record<string, string>) => guardOrigin({ host: 'localhost:8080', ...headers }, hosts);
  const refuse = (headers: Record<string, string>) =>
    assert.throws(
      () => pass(headers),
      (error) => error instanceof FilemillError && error.reason === 'ORIGIN_REFUSED',
    );

  it('lets programs through, which say nothing of an origin', () => pass({}));
  it('lets its own pages through', () => pass({ origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' }));
  it('lets typed addresses through', () => pass({ 'sec-fetch-site': 'none' }));
  it('knows the default port', () => pass({ host: 'localhost:80', origin: 'http://localhost' }));
  it('refuses another host', () => refuse({ host: 'evil.example:8080' }));
  it('refuses another origin', () => refuse({ origin: 'http://evil.example' }));
  it('refuses another port of the same host', () => refuse({ origin: 'http://localhost:3000' }));
  it('refuses a sandboxed page', () => refuse({ origin: 'null' }));
  it('refuses an origin that is no URL', () => refuse({ origin: 'localhost:8080' }));
  for (const site of ['cross-site', 'same-site', 'nonsense'])
    it(`refuses Sec-Fetch-Site: ${site}`, () => refuse({ 'sec-fetch-site': site }));
});
