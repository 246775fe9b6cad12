import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FairShare } from './fair-share.ts';
import { type Priority, priorities } from './priority.ts';

const cases: readonly { readonly waiting: readonly Priority[]; readonly places: number; readonly shares: object }[] = [
  { waiting: [], places: 5, shares: {} },
  { waiting: ['normal'], places: 0, shares: { normal: 0 } },
  { waiting: ['bulk'], places: 7, shares: { bulk: 7 } },
  { waiting: priorities, places: 21, shares: { interactive: 16, normal: 4, bulk: 1 } },
  { waiting: ['bulk', 'interactive'], places: 170, shares: { interactive: 160, bulk: 10 } },
  { waiting: ['normal', 'bulk'], places: 50, shares: { normal: 40, bulk: 10 } },
];

describe('Places are shared', () => {
  for (const { waiting, places, shares } of cases)
    it(`${places} among ${waiting.join(', ') || 'none'}`, () =>
      assert.deepEqual(Object.fromEntries(new FairShare().split(waiting, places)), shares));

  for (const places of [1, 2, 5])
    it(`by the same weights over many rounds of ${places}`, () => {
      const share = new FairShare();
      const had: Record<Priority, number> = { interactive: 0, normal: 0, bulk: 0 };
      for (let given = 0; given < 210; given += places)
        for (const [priority, some] of share.split(priorities, places)) had[priority] += some;
      assert.deepEqual(had, { interactive: 160, normal: 40, bulk: 10 });
    });
});

it('a priority that did not wait has nothing to catch up on', () => {
  const share = new FairShare();
  share.split(['bulk'], 1_000);
  assert.deepEqual(Object.fromEntries(share.split(['interactive', 'bulk'], 17)), { interactive: 16, bulk: 1 });
  share.split(['interactive'], 1_000);
  assert.deepEqual(Object.fromEntries(share.split(['interactive', 'bulk'], 17)), { interactive: 16, bulk: 1 });
});
