import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from './config-error.ts';
import { requireAuthentication, requireServiceCredentials } from './exposure.ts';

const own = ['127.0.0.1:1', '[::1]:1', 'localhost:1', '127.9.9.9:1', 'unix:/run/socket'];
const others = ['0.0.0.0:1', '[::]:1', '10.0.0.1:1', 'metadata:1', '[::ffff:10.0.0.1]:1', 'localhost.example:1'];

describe('a listener that other machines can reach', () => {
  const openInternal = (settings: { serviceToken?: string; tlsClientCa?: string; allowAnonymous?: boolean }) => {
    return (listen: string) => requireServiceCredentials({ allowAnonymous: false, ...settings }, listen);
  };
  const openPublic = (auth: 'none' | 'required', allowAnonymous = false) => {
    return (listen: string) => requireAuthentication({ auth, allowAnonymous }, listen, 'FILEMILL_HTTP_LISTEN');
  };

  for (const listen of own)
    it(`is not ${listen}`, () => {
      openInternal({})(listen);
      openPublic('none')(listen);
    });

  for (const listen of others)
    it(`${listen} needs credentials, or that somebody says it does not`, () => {
      assert.throws(() => openInternal({})(listen), ConfigError);
      assert.throws(() => openPublic('none')(listen), /^ConfigError: FILEMILL_HTTP_LISTEN is /);
      for (const open of [
        openInternal({ serviceToken: 'shared' }),
        openInternal({ tlsClientCa: '/ca.pem' }),
        openInternal({ allowAnonymous: true }),
        openPublic('required'),
        openPublic('none', true),
      ])
        open(listen);
    });
});
