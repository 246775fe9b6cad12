import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connectTo } from '#adapters/postgres/database/connect.ts';
import { postgresFault } from '#adapters/postgres/database/faults.ts';
import { databaseUrl } from '#adapters/postgres/database/settings.ts';
import { RedisConnection } from '#adapters/redis/connection.ts';
import { createLogger } from '#platform/logger.ts';
import { Certificates } from '#platform/tls/certificates.ts';
import type { TlsSettings } from '#platform/tls/settings.ts';
import { type Authority, makeAuthority, writePair, writePem } from '#test/support/certificates.ts';
import { eventually } from '#test/support/eventually.ts';
import { testFolder } from '#test/support/start-services.ts';
import { tlsPostgres, tlsRedis } from '#test/support/tls-stores.ts';

const logger = createLogger('test', { level: 'silent', format: 'json' });

describe('stores by TLS', () => {
  const resources = new AsyncDisposableStack();
  let folder: string;
  let authority: Authority;
  let ca: string;
  let strangerCa: string;
  before(async () => {
    folder = resources.use(await testFolder()).path;
    authority = await makeAuthority('stores');
    ca = await writePem(join(folder, 'ca.pem'), authority.cert);
    const stranger = await makeAuthority('another CA');
    strangerCa = await writePem(join(folder, 'stranger.pem'), stranger.cert);
  });
  after(() => resources.disposeAsync());

  describe('Redis', () => {
    let url: string;
    let asking: string;
    before(async () => {
      const paths = await writePair(folder, 'redis', await authority.issue(['127.0.0.1']));
      url = resources.use(await tlsRedis(paths)).url;
      asking = resources.use(await tlsRedis(paths, ca)).url;
      await writePair(folder, 'client', await authority.issue(['client']));
    });

    const pem = (name: string) => join(folder, `${name}.pem`);
    const client = () => ({ tlsCert: pem('client'), tlsKey: pem('client-key') });
    const cases: Readonly<Record<string, { to: () => string; tls: () => TlsSettings; fault?: RegExp }>> = {
      'its CA': { to: () => url, tls: () => ({ tlsCa: ca }) },
      'another CA': { to: () => url, tls: () => ({ tlsCa: strangerCa }), fault: /certificate of Redis is not trusted/ },
      'the CAs of the system': { to: () => url, tls: () => ({}), fault: /certificate of Redis is not trusted/ },
      'a host that its certificate does not hold': {
        to: () => url.replace('127.0.0.1', 'localhost'),
        tls: () => ({ tlsCa: ca }),
        fault: /certificate of Redis is not trusted/,
      },
      'clear text': {
        to: () => url.replace('rediss', 'redis'),
        tls: () => ({}),
        fault: /^Redis does not answer/,
      },
      'a client certificate': { to: () => asking, tls: () => ({ tlsCa: ca, ...client() }) },
      'no client certificate where one is asked for': {
        to: () => asking,
        tls: () => ({ tlsCa: ca }),
        fault: /^Redis (asks|resets .* If it asks) for a client certificate/,
      },
    };
    for (const [what, { to, tls, fault }] of Object.entries(cases))
      it(`${fault === undefined ? 'is used' : 'is not used'} with ${what}`, async () => {
        await using connection = new RedisConnection(to(), logger, new Certificates(tls()));
        const answer = await connection.run('ping', (redis) => redis.ping()).catch((error: Error) => error.message);
        if (fault === undefined) assert.equal(answer, 'PONG');
        else assert.match(answer, fault);
      });
  });

  describe('PostgreSQL', () => {
    let url: string;
    before(async () => {
      url = resources.use(await tlsPostgres(join(folder, 'postgres'), await authority.issue(['127.0.0.1']))).url;
      await eventually('it speaks TLS', async () => (await ask(by(`sslmode=verify-full&sslrootcert=${ca}`))) === 'TLS');
    });

    const by = (parameters: string, host = '127.0.0.1') =>
      `${url.replace('127.0.0.1', host)}${parameters && `?${parameters}`}`;
    const cases: Readonly<Record<string, { to: () => string; told: RegExp }>> = {
      'verify-full and its CA': { to: () => by(`sslmode=verify-full&sslrootcert=${ca}`), told: /^TLS$/ },
      'require and its CA': { to: () => by(`sslmode=require&sslrootcert=${ca}`), told: /^TLS$/ },
      'require without its CA': { to: () => by('sslmode=require'), told: /not trusted/ },
      'verify-ca and another CA': {
        to: () => by(`sslmode=verify-ca&sslrootcert=${strangerCa}`),
        told: /not trusted/,
      },
      'verify-full and another CA': {
        to: () => by(`sslmode=verify-full&sslrootcert=${strangerCa}`),
        told: /not trusted/,
      },
      'a host that its certificate does not hold': {
        to: () => by(`sslmode=verify-full&sslrootcert=${ca}`, 'localhost'),
        told: /not trusted/,
      },
      'nothing said of TLS': { to: () => by(''), told: /^clear text$/ },
    };
    for (const [what, { to, told }] of Object.entries(cases))
      it(`by ${what}: ${told.source}`, async () => {
        assert.match(await ask(to()), told);
      });

    it('refuses the boot for a CA that cannot be read', () => {
      const { error } = databaseUrl.safeParse(by('sslmode=verify-full&sslrootcert=/nowhere/ca.pem'));
      assert.match(error?.issues[0]?.message ?? '', /^sslrootcert=\/nowhere\/ca\.pem: there is no such file/);
    });
  });
});

/** How the connection is protected, as the server sees it, or what is wrong. */
async function ask(url: string): Promise<string> {
  try {
    await using connection = await connectTo(databaseUrl.parse(url));
    const { rows } = await connection.client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    return rows[0]?.ssl ? 'TLS' : 'clear text';
  } catch (error) {
    return postgresFault(error)?.sentence ?? String(error);
  }
}
