import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { migrate } from '#adapters/postgres/database/migrate.ts';
import type { FilemillError } from '#domain/errors.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { Certificates } from '#platform/tls/certificates.ts';
import { makeAuthority, writePair, writePem } from '#test/support/certificates.ts';
import { filemill } from '#test/support/cli.ts';
import { freePort } from '#test/support/free-port.ts';
import { type ServiceName, startService, testFolder } from '#test/support/start-services.ts';
import { tlsPostgres, tlsRedis } from '#test/support/tls-stores.ts';

const serviceToken = 'what-the-services-share-and-nobody-else';

describe('a system with TLS on every link', () => {
  const resources = new AsyncDisposableStack();
  const ports = {} as Record<'metadata' | 'result' | 'upload', number>;
  let folder: string;
  let trust: Record<string, string>;
  const target = (part: keyof typeof ports) => `https://127.0.0.1:${ports[part]}`;

  before(async () => {
    folder = resources.use(await testFolder()).path;
    const authority = await makeAuthority('test CA');
    const ca = await writePem(join(folder, 'ca.pem'), authority.cert);
    trust = { FILEMILL_TLS_CA: ca };
    const pair = await writePair(folder, 'service', await authority.issue());
    const postgres = resources.use(await tlsPostgres(join(folder, 'postgres'), await authority.issue()));
    const database = `${postgres.url}?sslmode=verify-full&sslrootcert=${ca}`;
    await migrate(database);
    const redis = resources.use(await tlsRedis(pair, ca));
    for (const part of ['metadata', 'result', 'upload'] as const) ports[part] = await freePort();
    const storage = join(folder, 'storage');
    await mkdir(storage);
    const shared = {
      ...trust,
      FILEMILL_TLS_CERT: pair.cert,
      FILEMILL_TLS_KEY: pair.key,
      FILEMILL_SERVICE_TOKEN: serviceToken,
      FILEMILL_STORAGE_DIR: storage,
      FILEMILL_METADATA_TARGET: target('metadata'),
      FILEMILL_RESULT_TARGET: target('result'),
      FILEMILL_REDIS_URL: redis.url,
    };
    const internal = { ...shared, FILEMILL_DATABASE_URL: database, FILEMILL_TLS_CLIENT_CA: ca };
    const listen = (part: keyof typeof ports) => ({ FILEMILL_GRPC_LISTEN: `127.0.0.1:${ports[part]}` });
    const start = async (name: ServiceName, env: Record<string, string>) =>
      resources.use(await startService(name, env));
    await start('metadata', { ...internal, ...listen('metadata') });
    await start('result', { ...internal, ...listen('result') });
    await start('upload', { ...shared, ...listen('upload') });
    await start('worker', shared);
  });
  after(() => resources.disposeAsync());

  it('takes a file through all of its links', async () => {
    const options = { server: target('upload'), env: trust, stdin: 'by TLS from end to end' };
    const { code, stdout, stderr } = await filemill(['upload', '-', '--name', 'a.txt', '--wait', '--json'], options);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"status":"COMPLETED"/);
  });

  it('tells doctor so', async () => {
    const { stdout } = await filemill(['doctor', '--json'], { server: target('upload'), env: trust });
    const { checks } = JSON.parse(stdout) as { checks: { name: string; detail: string }[] };
    const links = checks.find(({ name }) => name === 'Links');
    assert.equal(links?.detail, 'all that leave a machine are protected by TLS');
  });

  const strangers: Readonly<Record<string, { certificate: boolean; token: boolean; answer: RegExp }>> = {
    'a service': { certificate: true, token: true, answer: /^answered$/ },
    'a client with a certificate, but without the token': {
      certificate: true,
      token: false,
      answer: /^UNAUTHENTICATED$/,
    },
    'a client with the token, but without a certificate': {
      certificate: false,
      token: true,
      answer: /^(TLS_REFUSED|UNAVAILABLE)$/,
    },
  };
  for (const [who, { certificate, token, answer }] of Object.entries(strangers))
    it(`lets ${who} call an internal port: ${answer.source}`, async () => {
      const pem = (name: string) => join(folder, `${name}.pem`);
      const own = certificate ? { tlsCert: pem('service'), tlsKey: pem('service-key') } : {};
      const tls = new Certificates({ tlsCa: pem('ca'), ...own });
      const shown = token ? { serviceToken } : {};
      using channel = new RpcChannel(target('metadata'), { tls, ...shown });
      const reason = await channel
        .client(MetadataService)
        .getStats({})
        .then(
          () => 'answered',
          (error: FilemillError) => error.reason,
        );
      assert.match(reason, answer);
    });
});
