import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { settingName } from '#platform/config.ts';
import { knownSettings } from '#platform/known-settings.ts';
import { metadataSettings } from '#services/metadata/config.ts';
import { migrateSettings } from '#services/metadata/migrate-config.ts';
import { resultSettings } from '#services/result/config.ts';
import { uploadSettings } from '#services/upload/config.ts';
import { webSettings } from '#services/web/config.ts';
import { workerSettings } from '#services/worker/config.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const shapes = [metadataSettings, migrateSettings, resultSettings, uploadSettings, webSettings, workerSettings];

it('knows every variable that a service, the sources, the clients or compose read, and no other', () => {
  const files = globSync(['src/**/*.ts', 'clients/**/*.{ts,py,go}', 'compose.yaml'], {
    cwd: root,
    exclude: ['src/**/*.test.ts', 'clients/*/{dist,test,tests}/**', 'clients/go/*_test.go', '**/known-settings.ts'],
  });
  const named = files.flatMap((file) => readFileSync(`${root}${file}`, 'utf8').match(/FILEMILL_[A-Z_]*[A-Z]/g) ?? []);
  const read = shapes.flatMap((shape) => Object.keys(shape).map(settingName));
  const names = new Set([...named, ...read].map((name) => name.replace(/_FILE$/, '')));
  assert.deepEqual(knownSettings, [...names].sort());
});
