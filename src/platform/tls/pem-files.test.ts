import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Authority, makeAuthority, type Pair, writePem } from '#test/support/certificates.ts';
import { testFolder } from '#test/support/start-services.ts';
import { ConfigError } from '../config.ts';
import { readPemFiles } from './pem-files.ts';

describe('the files of TLS', () => {
  const resources = new AsyncDisposableStack();
  let folder: string;
  let authority: Authority;
  let pair: Pair;
  let other: Pair;
  before(async () => {
    folder = resources.use(await testFolder()).path;
    authority = await makeAuthority('test CA');
    pair = await authority.issue();
    other = await authority.issue();
  });
  after(() => resources.disposeAsync());

  const write = (name: string, pem: string) => writePem(join(folder, name), pem);

  it('are read when they fit each other', async () => {
    const tlsCert = await write('cert.pem', `${pair.cert}\n${authority.cert}`);
    const { leaf, ca } = readPemFiles({
      tlsCert,
      tlsKey: await write('key.pem', pair.key),
      tlsCa: await write('ca.pem', authority.cert),
    });
    assert.equal(leaf?.subject, 'CN=localhost');
    assert.equal(ca, authority.cert);
    assert.equal(readPemFiles({}).leaf, undefined);
  });

  const wrong: Readonly<Record<string, { files: () => Record<string, string>; words: RegExp }>> = {
    'a missing file': { files: () => ({ tlsCa: '' }), words: /^FILEMILL_TLS_CA: .*tlsCa.* there is no such file/ },
    'a certificate without its key': { files: () => ({ tlsCert: pair.cert }), words: /go together/ },
    'a key without its certificate': { files: () => ({ tlsKey: pair.key }), words: /go together/ },
    'clients that are asked without TLS': {
      files: () => ({ tlsClientCa: authority.cert }),
      words: /FILEMILL_TLS_CLIENT_CA has no effect without TLS/,
    },
    'the key of another certificate': {
      files: () => ({ tlsCert: pair.cert, tlsKey: other.key }),
      words: /^FILEMILL_TLS_KEY: .* does not belong to the certificate in /,
    },
    'a key that is half written': {
      files: () => ({ tlsCert: pair.cert, tlsKey: pair.key.slice(0, 90) }),
      words: /^FILEMILL_TLS_KEY: .* holds no private key/,
    },
    'a chain that is half written': {
      files: () => ({ tlsCert: `${pair.cert}\n${authority.cert.slice(0, -40)}`, tlsKey: pair.key }),
      words: /^FILEMILL_TLS_CERT: .* ends in the middle of one/,
    },
    'a CA that is no certificate': {
      files: () => ({ tlsCa: pair.key }),
      words: /^FILEMILL_TLS_CA: .* holds no certificate/,
    },
    'a certificate that is damaged': {
      files: () => ({ tlsCa: authority.cert.replace(/\n[\w+/]{20}/, `\n${'A'.repeat(20)}`) }),
      words: /^FILEMILL_TLS_CA: .* cannot be parsed/,
    },
  };
  for (const [what, { files, words }] of Object.entries(wrong))
    it(`are refused for ${what}, and the setting is named`, async () => {
      const settings: Record<string, string> = {};
      for (const [setting, pem] of Object.entries(files()))
        settings[setting] = pem === '' ? join(folder, setting) : await write(setting, pem);
      assert.throws(
        () => readPemFiles(settings),
        (error) => error instanceof ConfigError && words.test(error.message) && !error.message.includes('PRIVATE'),
      );
    });
});
