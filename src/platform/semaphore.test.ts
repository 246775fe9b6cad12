import assert from 'node:assert/strict';
import { it } from 'node:test';
import { never } from './abort.ts';
import { Semaphore } from './semaphore.ts';

it('gives permits while there are enough, and takes them back', () => {
  const places = new Semaphore(10);
  const first = places.tryTake(6);
  assert.equal(places.tryTake(5), undefined);
  using _ = places.tryTake(4);
  assert.equal(places.taken, 10);
  first?.[Symbol.dispose]();
  using again = places.tryTake(6);
  assert.ok(again);
});

it('serves in the order of asking: a light request does not overtake a heavy one', async () => {
  const places = new Semaphore(10);
  const first = await places.take(never, 8);
  const order: string[] = [];
  const heavy = Promise.resolve(places.take(never, 9)).then((handle) => {
    order.push('heavy');
    handle[Symbol.dispose]();
  });
  const light = Promise.resolve(places.take(never, 1)).then(() => order.push('light'));
  assert.equal(places.tryTake(1), undefined);
  first[Symbol.dispose]();
  await Promise.all([heavy, light]);
  assert.deepEqual(order, ['heavy', 'light']);
});

it('lets those behind enter when one in front gives up', async () => {
  const places = new Semaphore(10);
  using _first = await places.take(never, 8);
  const givesUp = new AbortController();
  const heavy = places.take(givesUp.signal, 9);
  const light = places.take(never, 2);
  givesUp.abort(new Error('gave up'));
  await assert.rejects(async () => await heavy, /gave up/);
  using _light = await light;
  assert.equal(places.taken, 10);
  assert.throws(() => places.take(givesUp.signal), /gave up/);
});
