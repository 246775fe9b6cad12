import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanJson } from './json.ts';

const document = JSON.stringify(
  {
    'a "quoted" key\\': [1, -0.5e-7, 1e21, true, false, null, '\u0001 \ud83c\udf3e \u2028'],
    nested: [[], {}, [{ x: [] }]],
  },
  undefined,
  2,
);

test('every beginning of a JSON text is open, and the whole of it whole', () => {
  for (let length = 1; length < document.length; length++)
    assert.equal(scanJson(document.slice(0, length)), 'open', document.slice(0, length));
  assert.equal(scanJson(document), 'whole');
  assert.equal(scanJson(`${document} \r\n`), 'whole');
});

test('what cannot become JSON is broken', () => {
  const broken = [
    '[1 2',
    '[1,]',
    '{"a" 1',
    '{"a":1,}',
    '{a: 1',
    '[01',
    '[tru ',
    "['a'",
    '[]]',
    '[}',
    '{"a":1]',
    '{} {',
    '["\n',
  ];
  for (const text of broken) assert.equal(scanJson(text), 'broken', text);
});

test('agrees with JSON.parse on damaged documents', () => {
  for (let at = 0; at < document.length; at++) {
    for (const damage of ['', ',', '"', '}', '\\', '7']) {
      const damaged = document.slice(0, at) + damage + document.slice(at + 1);
      if (scanJson(damaged) === 'whole') assert.doesNotThrow(() => JSON.parse(damaged), damaged);
      else assert.throws(() => JSON.parse(damaged), damaged);
    }
  }
});
