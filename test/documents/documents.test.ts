import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expectations, judge } from './judge.ts';

describe('the made set', () => {
  it('has at least 300 files of 150 types, and says why a tool that counts otherwise is wrong', () => {
    assert.ok(expectations.length >= 300);
    assert.ok(new Set(expectations.map(({ mime_type }) => mime_type)).size >= 150);
    const unexplained = expectations.filter(({ why = {} }) => Object.values(why).includes(''));
    assert.deepEqual(unexplained, []);
  });

  for (const expected of expectations)
    it(`${expected.file}: ${expected.mime_type}, ${expected.words} words`, async () => {
      assert.deepEqual(await judge(expected), []);
    });
});
