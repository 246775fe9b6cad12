import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adaptiveWindow } from './claim-window.ts';

describe('the window of claims', () => {
  it('holds hundreds of files that take no time', () => {
    assert.equal(sizeAfter(0.05, { threads: 1 }), 257);
    assert.equal(sizeAfter(0.05, { threads: 4 }), 4 * 257);
  });

  it('holds work for a moment, and leaves the rest to other workers', () => {
    assert.equal(sizeAfter(19, { threads: 2 }), 2 * (1 + 5));
  });

  it('always holds what hides the way to the next claim', () => {
    assert.equal(sizeAfter(60_000, { threads: 2 }), 2 * (1 + 2));
  });
});

function sizeAfter(ms: number, { threads }: { threads: number }): number {
  const window = adaptiveWindow(threads);
  for (let n = 0; n < 200; n++) window.took(ms);
  return window.size;
}
