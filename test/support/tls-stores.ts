import { chown, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { queryOnce } from '#local/postgres/external-database.ts';
import type { Pair } from './certificates.ts';
import { freePort } from './free-port.ts';
import { testRedis } from './stores.ts';

interface TlsStore extends AsyncDisposable {
  /** Its URL on 127.0.0.1 and this port, with a scheme that asks for TLS. */
  readonly url: string;
}

/** A Redis that listens by TLS alone. @param paths of PEM files @param clientCa asks clients for a certificate */
export async function tlsRedis(paths: Pair, clientCa?: string): Promise<TlsStore> {
  const port = await freePort();
  const asking = clientCa === undefined ? ['--tls-auth-clients', 'no'] : ['--tls-ca-cert-file', clientCa];
  const files = ['--tls-cert-file', paths.cert, '--tls-key-file', paths.key];
  const trust = clientCa === undefined ? ['--tls-ca-cert-file', paths.cert] : [];
  const redis = await testRedis(['--tls-port', String(port), ...files, ...trust, ...asking]);
  return { url: `rediss://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose]() };
}

/** A PostgreSQL that accepts connections by TLS, beside those in clear text. */
export async function tlsPostgres(dataDir: string, pair: Pair): Promise<TlsStore> {
  const server = await startEmbeddedPostgres({ dataDir });
  const { uid, gid } = await stat(join(dataDir, 'data'));
  for (const [name, pem] of Object.entries({ 'server.crt': pair.cert, 'server.key': pair.key })) {
    const path = join(dataDir, 'data', name);
    await writeFile(path, pem, { mode: 0o600 });
    await chown(path, uid, gid);
  }
  const admin = { connectionString: server.adminUrl };
  await queryOnce(admin, 'alter system set ssl = on');
  await queryOnce(admin, 'select pg_reload_conf()');
  return { url: server.url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
