import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WatchPlaces } from './watch-places.ts';

describe('WatchPlaces', () => {
  it('gives out as many places as there are, and takes them back', () => {
    const places = new WatchPlaces(10);
    const first = places.take(6);
    assert.throws(() => places.take(5), { reason: 'OVERLOADED' });
    using _ = places.take(4);
    first[Symbol.dispose]();
    using __ = places.take(6);
  });
});
