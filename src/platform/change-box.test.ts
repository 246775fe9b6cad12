import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChangeBox, maxToldFiles } from './change-box.ts';

const news = (
  cursor: string,
  files: Record<string, string | null>,
  more: { lookAgain?: boolean; stats?: number } = {},
) => ({
  cursor,
  files: new Map(Object.entries(files)),
  lookAgain: false,
  ...more,
});
const { signal } = new AbortController();

describe('a box of changes', () => {
  it('gives what came first at once, and waits for more', async () => {
    const box = new ChangeBox<string, number>();
    box.put(news('1', { a: 'PENDING' }));
    assert.equal((await box.take(10_000, signal))?.cursor, '1');
    assert.equal(await box.take(10, signal), undefined);
    const next = box.take(10_000, signal);
    box.put(news('2', {}));
    assert.equal((await next)?.cursor, '2');
  });

  it('adds up what a slow reader did not take: the latest of each', async () => {
    const box = new ChangeBox<string, number>();
    box.put(news('1', { a: 'PENDING', b: 'PENDING' }, { stats: 1 }));
    box.put(news('2', { a: 'COMPLETED', c: null }, { lookAgain: true }));
    box.put(news('3', {}));
    const taken = await box.take(0, signal);
    assert.deepEqual(taken, {
      cursor: '3',
      files: new Map([
        ['a', 'COMPLETED'],
        ['b', 'PENDING'],
        ['c', null],
      ]),
      lookAgain: true,
      stats: 1,
    });
  });

  it('holds no more than one piece of news', async () => {
    const box = new ChangeBox<string, number>();
    const many = (from: number) =>
      Object.fromEntries(Array.from({ length: maxToldFiles }, (_, n) => [`${from + n}`, 'x']));
    box.put(news('1', many(0)));
    box.put(news('2', many(1)));
    const taken = await box.take(0, signal);
    assert.deepEqual([taken?.cursor, taken?.files.size, taken?.lookAgain], ['2', 0, true]);
  });

  it('stops waiting when nobody waits any more', async () => {
    const controller = new AbortController();
    const taken = new ChangeBox<string, number>().take(60_000, controller.signal);
    controller.abort();
    assert.equal(await taken, undefined);
  });
});
