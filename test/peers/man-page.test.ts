import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';

const page = fileURLToPath(new URL('../../man/filemill.1', import.meta.url));

it('The manual page has nothing that mandoc or groff would warn of, and reads as written', () => {
  const lint = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', page], { encoding: 'utf8' });
  // The same page must come of the same source on any day.
  const warnings = lint.stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date'));
  assert.deepEqual(warnings, []);
  const groff = spawnSync('groff', ['-man', '-ww', '-Tutf8', '-P-cbou', page], { encoding: 'utf8' });
  assert.equal(groff.stderr, '');
  assert.match(groff.stdout, / {7}filemill upload report\.pdf --wait\n/);
  assert.match(groff.stdout, / {3}filemill token create\n/);
});
