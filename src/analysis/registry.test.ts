import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyzers, checkedRegistry } from './registry.ts';

test('the registry holds every analyser once, mime after text', () => {
  assert.deepEqual(
    analyzers.map(({ name }) => name),
    ['text', 'mime', 'sha256', 'size'],
  );
});

test('a registry with an analyser missing, twice, or out of order is refused', () => {
  for (const missing of analyzers) {
    const rest = analyzers.filter((analyzer) => analyzer !== missing);
    assert.throws(() => checkedRegistry(rest), new RegExp(`"${missing.name}" is missing`));
    assert.throws(() => checkedRegistry([...analyzers, missing]), new RegExp(`"${missing.name}" is registered twice`));
  }
  assert.throws(() => checkedRegistry(analyzers.toReversed()), /"text" must come before "mime"/);
});
