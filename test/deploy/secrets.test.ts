import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { parseManifests, root } from '../../scripts/support/deploy/manifests.ts';

const run = promisify(execFile);
const yours = "postgresql://it's:you@db.example:5432/metadata_db?sslmode=verify-full";
const result = 'postgresql://filemill_result:secret@db.example:5432/metadata_db';

describe('k8s/make-secrets.sh', () => {
  it('gives the owner and each service a role of its own', async () => {
    const secrets = await makeSecrets();
    const urls = ['database-url', 'metadata-database-url', 'result-database-url'].map(
      (key) => new URL(secrets[key] ?? ''),
    );
    assert.deepEqual(
      urls.map(({ username }) => username),
      ['file_processor', 'filemill_metadata', 'filemill_result'],
    );
    assert.equal(new Set(urls.map(({ password }) => password)).size, 3);
    assert.equal(urls[1]?.password, secrets['metadata-database-password']);
  });

  const external: readonly [what: string, env: Record<string, string>, urls: readonly string[]][] = [
    ['by that URL', { FILEMILL_DATABASE_URL: yours }, [yours, yours, yours]],
    [
      'by the URLs that are named',
      { FILEMILL_DATABASE_URL: yours, FILEMILL_RESULT_DATABASE_URL: result },
      [yours, yours, result],
    ],
  ];
  for (const [what, env, urls] of external)
    it(`lets everyone connect to a database of one's own ${what}`, async () => {
      const secrets = await makeSecrets(env);
      assert.deepEqual(
        ['database-url', 'metadata-database-url', 'result-database-url'].map((key) => secrets[key]),
        urls,
      );
    });
});

describe('a Secret of an earlier version', () => {
  const ofServices = ['metadata-database-password', 'metadata-database-url', 'result-database-url'];
  const added = ['web-token', ...ofServices, 'token-key', 'admin-token'];
  const kept = ['postgres-password', 'admin-database-url', 'database-url'];
  const [shorter, longer] = readFileSync(join(root, 'docs/deploy.md'), 'utf8').matchAll(
    /make-secrets\.sh \| (sed -n '.+')\)"/g,
  );

  it('gets what the newest one added by the first command of docs/deploy.md', async () => {
    assert.deepEqual(Object.keys(await patch(shorter?.[1])), added);
  });

  it('gets everything but the passwords of the owner and of the superuser by the second', async () => {
    const all = Object.keys(await makeSecrets());
    assert.deepEqual(
      Object.keys(await patch(longer?.[1])),
      all.filter((name) => !kept.includes(name)),
    );
  });

  async function patch(sed = ''): Promise<Record<string, string>> {
    const { stdout } = await run('bash', ['-c', `"$0" | ${sed}`, join(root, 'k8s/make-secrets.sh')]);
    return (parse(stdout) as { stringData: Record<string, string> }).stringData;
  }
});

describe('build/make-compose-secrets.sh', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'filemill-secrets-'));
    for (const script of ['build/make-compose-secrets.sh', 'k8s/make-secrets.sh'])
      await cp(join(root, script), join(folder, script));
  });
  after(() => rm(folder, { recursive: true }));

  const make = () => run(join(folder, 'build/make-compose-secrets.sh'));
  const made = async () => {
    const names = await readdir(join(folder, '.secrets'));
    const contents = names.map(async (name) => [name, await readFile(join(folder, '.secrets', name), 'utf8')]);
    return Object.fromEntries(await Promise.all(contents)) as Record<string, string>;
  };
  const forget = async (names: readonly string[]) => {
    for (const name of names) await rm(join(folder, '.secrets', name));
  };

  it('makes a file of each entry', async () => {
    await make();
    const secrets = await made();
    assert.deepEqual(Object.keys(secrets).sort(), Object.keys(await makeSecrets()).sort());
    assert.match(secrets['redis-users.acl'] ?? '', /^user default off\n(user .+\n){4}$/);
    assert.match(secrets['database-url'] ?? '', /^postgresql:\/\/file_processor:\w{48}@postgres:5432\/metadata_db\n$/);
  });

  const added = ['web-token', 'metadata-database-url', 'metadata-database-password', 'token-key', 'admin-token'];
  it('adds what an earlier release did not need, and keeps the rest', async () => {
    const old = await made();
    await forget(added);
    await make();
    const secrets = await made();
    assert.deepEqual(
      Object.keys(old)
        .filter((name) => secrets[name] !== old[name])
        .sort(),
      added.sort(),
    );
  });

  it('makes the users of Redis and their URLs together', async () => {
    const old = await made();
    await forget(['redis-url-upload', 'redis-url-metadata', 'redis-url-worker']);
    await make();
    const secrets = await made();
    const changed = Object.keys(old).filter((name) => secrets[name] !== old[name]);
    assert.deepEqual(
      changed,
      Object.keys(old).filter((name) => name.startsWith('redis-')),
    );
  });
});

async function makeSecrets(env: Record<string, string> = {}): Promise<Record<string, string>> {
  const { stdout } = await run(join(root, 'k8s/make-secrets.sh'), { env: { PATH: process.env.PATH, ...env } });
  return parseManifests(stdout, 'k8s/make-secrets.sh')[0]?.stringData as Record<string, string>;
}
