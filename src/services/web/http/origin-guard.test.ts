import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import { guardOrigin, HostList } from './origin-guard.ts';
import type { Passage } from './trusted-proxies.ts';

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
  const pass = (headers: Record<string, string>) => void guardOrigin({ host: 'localhost:8080', ...headers }, hosts);
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

describe('the origin guard behind a proxy', () => {
  const direct: Passage = { hosts: [], hidesHost: false };
  const silent: Passage = { hosts: [], hidesHost: true };
  const telling = (...names: string[]): Passage => ({ hosts: names, hidesHost: false });
  /** The host under which the proxy addresses the service. */
  const inner = 'localhost:8080';
  const rows: readonly [what: string, headers: Record<string, string>, Passage, passes: boolean][] = [
    ['that tells the host', { origin: 'https://files.example' }, telling('files.example'), true],
    [
      'that tells the host with its default port',
      { origin: 'https://files.example' },
      telling('files.example:443'),
      true,
    ],
    ['that tells the host with a port', { origin: 'http://files.example:81' }, telling('files.example:81'), true],
    [
      'that tells two hosts, the outer first',
      { origin: 'https://files.example' },
      telling('files.example', 'localhost:81'),
      true,
    ],
    ['that tells another port', { origin: 'http://files.example:82' }, telling('files.example:81'), false],
    ['that tells a foreign host', { origin: 'https://evil.example' }, telling('evil.example'), false],
    ['that tells a foreign host, to a program', {}, telling('evil.example'), false],
    ['that tells a foreign host behind a known one', {}, telling('files.example', 'evil.example'), false],
    ['that tells a host, from a foreign page', { origin: 'https://evil.example' }, telling('files.example'), false],
    ['that tells a host, cross-site', { 'sec-fetch-site': 'cross-site' }, telling('files.example'), false],
    ['that hides the host, from a known page', { origin: 'http://files.example:81' }, silent, true],
    ['that hides the host, from a foreign page', { origin: 'http://evil.example' }, silent, false],
    ['that hides the host, from a sandboxed page', { origin: 'null' }, silent, false],
    [
      'that hides the host, from a page beside ours',
      { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' },
      silent,
      false,
    ],
    [
      'that hides the host and itself, vouched for by the browser',
      { origin: 'http://files.example:81', 'sec-fetch-site': 'same-origin' },
      direct,
      true,
    ],
    // A foreign name that leads here (DNS rebinding) is the same origin to its own page.
    [
      'that hides the host and itself, from a rebound page',
      { origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' },
      direct,
      false,
    ],
    ['that hides the host and itself, not vouched for', { origin: 'http://files.example:81' }, direct, false],
    [
      'of a rebound page that tells a known host itself',
      { host: 'evil.example', origin: 'http://evil.example' },
      telling('localhost:8080'),
      false,
    ],
  ];
  for (const [what, headers, passage, passes] of rows)
    it(`${passes ? 'lets through' : 'refuses'} what comes by one ${what}`, () => {
      const guard = () => void guardOrigin({ host: inner, ...headers }, hosts, false, passage);
      if (passes) guard();
      else assert.throws(guard, { reason: 'ORIGIN_REFUSED' });
    });
});
