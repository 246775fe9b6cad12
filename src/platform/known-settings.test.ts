import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { knownSettings, unknownSettings } from './known-settings.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

it('every variable that the sources or compose read is known, and no other', () => {
  const files = globSync(['src/**/*.ts', 'compose.yaml'], {
    cwd: root,
    exclude: ['src/**/*.test.ts', '**/known-settings.ts'],
  });
  const read = files.flatMap((file) => readFileSync(`${root}${file}`, 'utf8').match(/FILEMILL_[A-Z_]*[A-Z]/g) ?? []);
  const names = new Set(read.map((name) => name.replace(/_FILE$/, '')));
  assert.deepEqual(knownSettings, [...names].sort());
});

it('names what is mistyped, and the setting that was meant', () => {
  const env = {
    FILEMILL_WORKER_THREDS: '2',
    FILEMILL_DATABSE_URL_FILE: '/x',
    FILEMILL_SOMETHING_ELSE: '1',
    OTHER: '1',
  };
  assert.deepEqual(unknownSettings(env), [
    'FILEMILL_DATABSE_URL_FILE is no setting and changes nothing: FILEMILL_DATABASE_URL is the nearest that is',
    'FILEMILL_SOMETHING_ELSE is no setting and changes nothing',
    'FILEMILL_WORKER_THREDS is no setting and changes nothing: FILEMILL_WORKER_THREADS is the nearest that is',
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
