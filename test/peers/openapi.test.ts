import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { servedOpenApi } from '../../scripts/support/served-openapi.ts';
import { redocly } from './support/tools.ts';

const root = join(import.meta.dirname, '../..');

test('the OpenAPI document passes the rules that Redocly recommends, without a warning', async () => {
  await using scratch = await mkdtempDisposable(join(tmpdir(), 'filemill-openapi-'));
  const file = join(scratch.path, 'openapi.json');
  await writeFile(file, JSON.stringify(await servedOpenApi()));
  const args = ['lint', file, '--config', 'redocly.yaml', '--format', 'json'];
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const { stdout, stderr } = spawnSync(redocly, args, { cwd: root, env, encoding: 'utf8' });
  assert.match(stdout, /^\{/, stderr);
  const { totals, problems } = JSON.parse(stdout) as { totals: object; problems: readonly object[] };
  assert.deepEqual({ ...totals, problems }, { errors: 0, warnings: 0, ignored: 0, problems: [] });
});
