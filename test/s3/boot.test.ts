import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { s3StoreUrl } from '../support/s3-client.ts';
import { sharedS3Servers } from '../support/s3-server.ts';
import { startService } from '../support/start-services.ts';

for (const [what, change, said] of [
  [
    'a bucket that does not exist',
    { FILEMILL_STORE: (url: string) => url.replace('filemill-test', 'no-such-bucket') },
    /FILEMILL_STORE: The bucket of the object store does not exist/,
  ],
  [
    'wrong credentials',
    { AWS_SECRET_ACCESS_KEY: () => 'wrong' },
    /FILEMILL_STORE: The object store does not accept the credentials/,
  ],
  [
    'an endpoint that is none',
    { FILEMILL_STORE: () => 's3://bucket?endpoint=nowhere' },
    /FILEMILL_STORE: the endpoint must be/,
  ],
] as const)
  describe(`A service with ${what}`, () => {
    for (const service of ['upload', 'worker'] as const)
      it(`does not start, and names the setting (${service})`, async () => {
        const access = sharedS3Servers().ceph;
        const right: Record<string, string> = {
          FILEMILL_STORE: s3StoreUrl(access),
          AWS_ACCESS_KEY_ID: access.accessKey,
          AWS_SECRET_ACCESS_KEY: access.secretKey,
        };
        const changed = Object.entries(change).map(([name, wrong]) => [name, wrong(right[name] ?? '')]);
        await assert.rejects(startService(service, { ...right, ...Object.fromEntries(changed) }), said);
      });
  });
