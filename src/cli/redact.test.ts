import assert from 'node:assert/strict';
import { it } from 'node:test';
import { redactedSettings } from './redact.ts';

it('prints settings without their secrets', () => {
  assert.deepEqual(
    redactedSettings({
      HOME: '/root',
      FILEMILL_SERVER: 'unix:/run/filemill',
      FILEMILL_DATABASE_URL: 'postgres://file_processor:p@ss:w/ord@db/metadata_db?sslpassword=s3&x=1',
      FILEMILL_REDIS_URL: 'rediss://:hunter2@cache:6379',
      FILEMILL_API_TOKEN: 'fm_1_2',
      FILEMILL_API_TOKEN_FILE: '/run/secrets/token',
    }),
    {
      FILEMILL_API_TOKEN: '***',
      FILEMILL_API_TOKEN_FILE: '/run/secrets/token',
      FILEMILL_DATABASE_URL: 'postgres://file_processor:***@db/metadata_db?sslpassword=***&x=1',
      FILEMILL_REDIS_URL: 'rediss://:***@cache:6379',
      FILEMILL_SERVER: 'unix:/run/filemill',
    },
  );
});
