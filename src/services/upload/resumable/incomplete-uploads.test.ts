import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type IncompleteUpload, inEvictionOrder, tallyOf } from './incomplete-uploads.ts';

const now = new Date('2026-06-01T12:00:00Z');
const minutes = (ago: number) => new Date(now.getTime() - ago * 60_000);

/** `id caller bytes minutesAgo` */
function uploads(...lines: readonly string[]): IncompleteUpload[] {
  return lines.map((line) => {
    const [id = '', caller = '', bytes, ago] = line.split(' ');
    return { id, caller, tenant: 'default', bytes: Number(bytes), writtenAt: minutes(Number(ago)) };
  });
}

function order(given: readonly IncompleteUpload[], weigh = (upload: IncompleteUpload) => upload.bytes): string {
  return [...inEvictionOrder(given, minutes(1), weigh)].map(({ id }) => id).join(' ');
}

describe('Uploads give way', () => {
  it('the oldest first where they are of one caller', () => {
    assert.equal(order(uploads('a x 10 5', 'b x 99 7', 'c x 10 6')), 'b c a');
  });

  it('of the caller that holds most at each moment', () => {
    assert.equal(order(uploads('a x 60 9', 'b x 60 8', 'c y 70 30', 'd z 5 60')), 'a c b d');
  });

  it('by their number where that is what is counted', () => {
    assert.equal(
      order(uploads('a x 1 9', 'b x 1 8', 'c y 70 30'), () => 1),
      'a c b',
    );
  });

  it('of callers that hold as much, the oldest, in whatever order they are found', () => {
    for (const found of [uploads('a x 10 5', 'b y 10 7'), uploads('b y 10 7', 'a x 10 5')])
      assert.equal(order(found), 'b a');
  });

  it('of each caller in a tenant on its own, as tenants may share a proxy', () => {
    const [mine, ...theirs] = uploads('a x 50 9', 'b x 30 8', 'c x 30 7');
    const found = theirs.map((upload) => ({ ...upload, tenant: 'other' }));
    assert.equal(order([{ ...(mine as IncompleteUpload) }, ...found]), 'b a c');
  });

  it('never while somebody goes on with them, although they count', () => {
    assert.equal(order(uploads('a x 100 0', 'b x 1 5', 'c y 50 30')), 'b c');
    assert.equal(order(uploads('a x 100 0')), '');
    assert.equal(order([]), '');
  });
});

describe('What incomplete uploads hold', () => {
  it('is told by caller, those that hold most first', () => {
    assert.deepEqual(tallyOf(uploads('a x 10 1', 'b y 30 1', 'c x 5 1')), {
      uploads: 3,
      bytes: 45,
      callers: [
        { address: 'y', uploads: 1, bytes: 30 },
        { address: 'x', uploads: 2, bytes: 15 },
      ],
    });
  });
});
