import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { FilemillError } from '#domain/errors.ts';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.ts';
import { createLogger } from '#platform/logger.ts';
import { Certificates, startCertificateWatch } from '#platform/tls/certificates.ts';
import type { TlsSettings } from '#platform/tls/settings.ts';
import { type Authority, makeAuthority, writePair, writePem } from '#test/support/certificates.ts';
import { eventually } from '#test/support/eventually.ts';
import { testFolder } from '#test/support/start-services.ts';
import { startTcp } from '#test/support/tcp-server.ts';
import { RpcChannel } from './client.ts';
import { RpcServer } from './server.ts';

const logger = createLogger('test', { level: 'silent', format: 'json' });

describe('gRPC by TLS', () => {
  const resources = new AsyncDisposableStack();
  let folder: string;
  let authority: Authority;
  let stranger: Authority;
  before(async () => {
    folder = resources.use(await testFolder()).path;
    authority = await makeAuthority('test CA');
    stranger = await makeAuthority('another CA');
    await writePem(join(folder, 'ca.pem'), authority.cert);
    await writePem(join(folder, 'stranger-ca.pem'), stranger.cert);
    await writePair(folder, 'server', await authority.issue());
    await writePair(folder, 'elsewhere', await authority.issue(['elsewhere.example']));
    await writePair(folder, 'expired', await authority.issue(undefined, new Date(Date.now() - 1_000)));
    await writePair(folder, 'client', await authority.issue(['client']));
    await writePair(folder, 'stranger', await stranger.issue(['client']));
  });
  after(() => resources.disposeAsync());

  const pem = (name: string) => join(folder, `${name}.pem`);
  const pair = (name: string) => ({ tlsCert: pem(name), tlsKey: pem(`${name}-key`) });
  const trusting = () => ({ tlsCa: pem('ca') });

  interface Case {
    readonly server: () => TlsSettings;
    readonly client: () => TlsSettings;
    readonly host?: string;
    readonly scheme?: '' | 'https://';
    /** undefined when the call is answered. */
    readonly refusal?: RegExp;
  }
  const cases: Readonly<Record<string, Case>> = {
    'a trusted certificate for an address': { server: () => pair('server'), client: trusting },
    'a trusted certificate for a name': { server: () => pair('server'), client: trusting, host: 'localhost' },
    'an unknown CA': {
      server: () => pair('server'),
      client: () => ({ tlsCa: pem('stranger-ca') }),
      refusal: /^TLS_UNTRUSTED: The certificate of 127\.0\.0\.1 is not trusted: unable to verify/,
    },
    'the CAs of the system': {
      server: () => pair('server'),
      client: () => ({}),
      refusal: /^TLS_UNTRUSTED: The certificate of 127\.0\.0\.1 is not trusted: unable to verify/,
    },
    'a certificate for another name': {
      server: () => pair('elsewhere'),
      client: trusting,
      refusal: /^TLS_UNTRUSTED: .* does not match certificate's altnames/,
    },
    'an expired certificate': {
      server: () => pair('expired'),
      client: trusting,
      refusal: /^TLS_UNTRUSTED: .* certificate has expired/,
    },
    'clear text to a TLS port': {
      server: () => pair('server'),
      client: trusting,
      scheme: '',
      refusal: /^UNAVAILABLE: .*(want TLS|closed at once|connection reset|socket hang up)/,
    },
    'a client certificate': {
      server: () => ({ ...pair('server'), tlsClientCa: pem('ca') }),
      client: () => ({ ...trusting(), ...pair('client') }),
    },
    'no client certificate where one is asked for': {
      server: () => ({ ...pair('server'), tlsClientCa: pem('ca') }),
      client: trusting,
      refusal: /^TLS_REFUSED: The server refused the connection by TLS: certificate required\.$/,
    },
    'a client certificate of an unknown CA': {
      server: () => ({ ...pair('server'), tlsClientCa: pem('ca') }),
      client: () => ({ ...trusting(), ...pair('stranger') }),
      refusal: /^(TLS_REFUSED: |UNAVAILABLE: the connection was closed at once$)/,
    },
  };
  for (const [what, { server, client, host = '127.0.0.1', scheme = 'https://', refusal }] of Object.entries(cases))
    it(`${refusal === undefined ? 'takes' : 'refuses'} ${what}`, async () => {
      await using listening = await serve(new Certificates(server()));
      using channel = new RpcChannel(`${scheme}${host}:${listening.port}`, { tls: new Certificates(client()) });
      const answer = await ask(channel);
      if (refusal === undefined) assert.equal(answer, 'SERVING');
      else assert.match(answer, refusal);
    });

  it('says when what answers does not speak TLS', async () => {
    await using plain = await startTcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    using channel = new RpcChannel(`https://${plain.address}`, { tls: new Certificates(trusting()) });
    const words = 'No TLS connection to 127.0.0.1: what answers there does not speak TLS.';
    assert.equal(await ask(channel), `TLS_REFUSED: ${words}`);
  });

  it('serves a new certificate to new connections, and keeps the old ones', async () => {
    const paths = await writePair(folder, 'renewed', await authority.issue());
    const certificates = new Certificates({ tlsCert: paths.cert, tlsKey: paths.key });
    const lines: string[] = [];
    const heard = { error: (text: string) => lines.push(text), info: () => undefined, warn: () => undefined };
    await using _ = startCertificateWatch(certificates, heard as never, 10);
    await using server = await serve(certificates);
    const target = `https://127.0.0.1:${server.port}`;
    using early = new RpcChannel(target, { tls: new Certificates(trusting()) });
    assert.equal(await ask(early), 'SERVING');

    const next = await stranger.issue();
    await writePem(paths.key, next.key);
    await eventually('the mismatch is logged', () => lines.find((line) => /does not belong/.test(line)));
    using meanwhile = new RpcChannel(target, { tls: new Certificates(trusting()) });
    assert.equal(await ask(meanwhile), 'SERVING', 'the last good pair is served');

    await writePem(paths.cert, next.cert);
    await eventually('the new pair is served', async () => {
      using late = new RpcChannel(target, { tls: new Certificates({ tlsCa: pem('stranger-ca') }) });
      return (await ask(late)) === 'SERVING';
    });
    assert.equal(await ask(early), 'SERVING', 'the running connection survives');
    using late = new RpcChannel(target, { tls: new Certificates(trusting()) });
    assert.match(await ask(late), /^TLS_UNTRUSTED/);
    assert.equal(lines.length, 1);
  });
});

async function serve(certificates: Certificates) {
  const server = new RpcServer(logger).add(Health, {
    check: async () => ({ status: ServingStatus.SERVING }),
    async *watch() {},
  });
  await server.listen('127.0.0.1:0', certificates);
  return server;
}

/** The status, or the reason and the message of the refusal. */
async function ask(channel: RpcChannel): Promise<string> {
  return await channel
    .client(Health)
    .check({}, { timeoutMs: 5_000 })
    .then(
      ({ status }) => (status === ServingStatus.SERVING ? 'SERVING' : 'not serving'),
      ({ reason, message }: FilemillError) => `${reason}: ${message}`,
    );
}
