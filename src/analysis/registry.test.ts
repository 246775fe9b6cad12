import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Analyzer, leastOptions } from '#domain/analysis.ts';
import { fileAnalyzersOf } from './file-analyzers.ts';
import { checkedRegistry, analyzers as standard } from './registry.ts';

/** Those that find the core fields. */
const analyzers = standard.slice(0, 4);

test('the registry begins with the core fields, mime after text', () => {
  assert.deepEqual(
    analyzers.map(({ name }) => name),
    ['text', 'mime', 'sha256', 'size'],
  );
});

test('file analysers are in the order of the registry, which a worker does not load', () => {
  const order = standard.filter((analyzer) => 'analyze' in analyzer).map(({ name }) => name);
  assert.deepEqual(
    fileAnalyzersOf(leastOptions).map(({ name }) => name),
    order,
  );
});

test('a registry with an analyser missing or twice is refused', () => {
  for (const missing of analyzers) {
    const rest = analyzers.filter((analyzer) => analyzer !== missing);
    assert.throws(() => checkedRegistry(rest), new RegExp(`"${missing.name}" is missing`));
    assert.throws(() => checkedRegistry([...analyzers, missing]), new RegExp(`"${missing.name}" is registered twice`));
  }
});

test('analysers finish behind those that they need, whatever the order of the list', () => {
  const names = (...lists: Analyzer[][]) => checkedRegistry([...analyzers, ...lists.flat()]).map(({ name }) => name);
  assert.deepEqual(
    checkedRegistry(analyzers.toReversed()).map(({ name }) => name),
    ['size', 'sha256', 'text', 'mime'],
  );
  const added = names([reader('pages', ['words']), reader('words', ['mime']), stream('lines', ['size'])]);
  assert.deepEqual(added, ['text', 'mime', 'sha256', 'size', 'lines', 'words', 'pages']);
});

test('a need that nothing can meet is refused', () => {
  const refused: readonly (readonly [string, Analyzer[], RegExp])[] = [
    ['nobody has the name', [reader('pages', ['words'])], /"pages" needs "words"/],
    ['each needs the other', [reader('a', ['b']), reader('b', ['a'])], /"a" needs "b"/],
    ['it needs itself', [stream('a', ['a'])], /"a" needs "a"/],
    ['the pass is over before', [stream('a', ['pages']), reader('pages', [])], /"a" needs "pages"/],
  ];
  for (const [why, added, message] of refused)
    assert.throws(() => checkedRegistry([...analyzers, ...added]), message, why);
});

function stream(name: string, needs: readonly string[]): Analyzer {
  return { name, version: '1', needs, start: () => ({ update() {}, finish: () => ({}) }) };
}

function reader(name: string, needs: readonly string[]): Analyzer {
  const analyze = async () => ({ findings: {} });
  return { name, version: '1', needs, finds: name, accepts: () => true, schema: { parse: () => ({}) }, analyze };
}
