import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readWebConfig } from '../config.ts';

describe('the settings of signing in with an OpenID provider', () => {
  const good = {
    FILEMILL_AUTH: 'required',
    FILEMILL_PUBLIC_HTTP: 'https://files.example',
    FILEMILL_OIDC_ISSUER: 'https://login.example',
    FILEMILL_OIDC_AUDIENCE: 'filemill',
    FILEMILL_OIDC_CLIENT_ID: 'filemill',
    FILEMILL_OIDC_CLIENT_SECRET: 'secret',
  };

  it('are all there', () => {
    const { signIn } = readWebConfig(good);
    assert.deepEqual([signIn?.base, signIn?.proof], ['https://files.example', 'id_token']);
  });

  it('may be absent', () => assert.equal(readWebConfig({ FILEMILL_AUTH: 'required' }).signIn, undefined));

  it('send the access token where the audience is not the page', () =>
    assert.equal(readWebConfig({ ...good, FILEMILL_OIDC_AUDIENCE: 'api' }).signIn?.proof, 'access_token'));

  const faults: readonly [change: Record<string, string>, named: RegExp][] = [
    [{ FILEMILL_AUTH: 'none' }, /FILEMILL_AUTH=required/],
    [{ FILEMILL_PUBLIC_HTTP: '' }, /FILEMILL_PUBLIC_HTTP/],
    [{ FILEMILL_OIDC_ISSUER: '' }, /FILEMILL_OIDC_ISSUER/],
    [{ FILEMILL_OIDC_ISSUER: 'http://login.example' }, /FILEMILL_OIDC_ISSUER: must begin with https/],
    [{ FILEMILL_OIDC_AUDIENCE: '' }, /FILEMILL_OIDC_AUDIENCE/],
    [{ FILEMILL_OIDC_CLIENT_ID: '' }, /FILEMILL_OIDC_CLIENT_ID/],
    [{ FILEMILL_OIDC_SCOPES: 'profile' }, /FILEMILL_OIDC_SCOPES: must hold openid/],
  ];
  for (const [change, named] of faults)
    it(`stop the start: ${JSON.stringify(change)}`, () => {
      assert.throws(() => readWebConfig({ ...good, ...change }), named);
    });
});
