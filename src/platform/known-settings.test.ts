import assert from 'node:assert/strict';
import { it } from 'node:test';
import { unknownSettings } from './known-settings.ts';

it('names what is mistyped, and the setting that was meant', () => {
  const env = {
    FILEMILL_WORKER_THREDS: '2',
    FILEMILL_DATABSE_URL_FILE: '/x',
    FILEMILL_SOMETHING_ELSE: '1',
    OTHER: '1',
  };
  assert.deepEqual(unknownSettings(env), [
    'FILEMILL_DATABSE_URL_FILE is not a setting and has no effect: did you mean FILEMILL_DATABASE_URL?',
    'FILEMILL_SOMETHING_ELSE is not a setting and has no effect',
    'FILEMILL_WORKER_THREDS is not a setting and has no effect: did you mean FILEMILL_WORKER_THREADS?',
  ]);
});

it('knows those that name a file, those of tests, and what Kubernetes tells of services', () => {
  const names = [
    'FILEMILL_DATABASE_URL_FILE',
    'FILEMILL_LEASE_MS',
    'FILEMILL_TEST_MARK',
    'FILEMILL_WEB_SERVICE_HOST',
    'FILEMILL_WEB_SERVICE_PORT_HTTP',
    'FILEMILL_WEB_PORT',
    'FILEMILL_WEB_PORT_8080_TCP_ADDR',
  ];
  assert.deepEqual(unknownSettings(Object.fromEntries(names.map((name) => [name, 'x']))), []);
});
