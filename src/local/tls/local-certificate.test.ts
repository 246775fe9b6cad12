import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, mock } from 'node:test';
import { makeAuthority, writePair } from '#test/support/certificates.ts';
import { testFolder } from '#test/support/start-services.ts';
import { localCertificate } from './local-certificate.ts';

const days = (count: number) => count * 86_400_000;

describe('the certificate of this machine', () => {
  it('is for the loopback names, signed by a CA of its own, with keys for the owner alone', async () => {
    await using folder = await testFolder();
    const { ca, cert } = await localCertificate(folder.path);
    const [authority, leaf] = await Promise.all(
      [ca, cert].map(async (path) => new X509Certificate(await readFile(path))),
    );
    assert.ok(authority?.ca && leaf);
    assert.ok(leaf.verify(authority.publicKey) && leaf.checkIssued(authority));
    for (const name of ['localhost', '127.0.0.1', '::1'])
      assert.ok(name === 'localhost' ? leaf.checkHost(name) : leaf.checkIP(name), name);
    assert.equal(leaf.ca, false);
    for (const name of await readdir(folder.path))
      if (name.endsWith('-key.pem')) assert.equal((await stat(join(folder.path, name))).mode & 0o777, 0o600, name);
  });

  it('stays until it has less than 30 days left, and its CA longer', async () => {
    await using folder = await testFolder();
    const { ca, cert } = await localCertificate(folder.path);
    const read = () => Promise.all([ca, cert].map((path) => readFile(path, 'utf8')));
    const first = await read();
    await localCertificate(folder.path);
    assert.deepEqual(await read(), first);
    mock.timers.enable({ apis: ['Date'], now: Date.now() + days(365 - 31) });
    try {
      await localCertificate(folder.path);
      assert.deepEqual(await read(), first);
      mock.timers.setTime(Date.now() + days(2));
      await localCertificate(folder.path);
      const [sameCa, renewed] = await read();
      assert.equal(sameCa, first[0]);
      assert.notEqual(renewed, first[1]);
    } finally {
      mock.timers.reset();
    }
  });

  it('is made anew when its files do not fit', async () => {
    await using folder = await testFolder();
    const { ca, cert, key } = await localCertificate(folder.path);
    const stranger = await makeAuthority('another CA');
    for (const spoil of [
      () => writeFile(cert, 'half a certif'),
      () => writeFile(key, ''),
      () => writePair(folder.path, 'server', { cert: '', key: '' }),
      async () => writePair(folder.path, 'server', await stranger.issue()),
    ]) {
      await spoil();
      await localCertificate(folder.path);
      const leaf = new X509Certificate(await readFile(cert));
      assert.ok(leaf.verify(new X509Certificate(await readFile(ca)).publicKey));
    }
  });
});
