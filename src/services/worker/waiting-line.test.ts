import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeldClaim } from './lease-keeper.ts';
import { WaitingLine } from './waiting-line.ts';

test('as many begin as there are threads, in the order of coming', () => {
  const { line, begin } = openLine('a', 'b', 'c');
  assert.deepEqual(begin(), ['a', 'b']);
  line.ended([claims.a]);
  assert.deepEqual(begin(), ['c']);
});

test('what must run alone goes first, one at a time, with nothing begun beside it', () => {
  const { line, begin } = openLine('a', 'Suspect1', 'Suspect2');
  assert.deepEqual(begin(), ['Suspect1']);
  line.ended([claims.Suspect1]);
  assert.deepEqual(begin(), ['Suspect2']);
  line.ended([claims.Suspect2]);
  assert.deepEqual(begin(), ['a']);
});

test('what must run alone waits for what runs, and nothing else begins meanwhile', () => {
  const { line, begin } = openLine('a', 'b');
  assert.deepEqual(begin(), ['a', 'b']);
  line.add(claims.c);
  line.add(claims.Suspect1);
  line.ended([claims.a]);
  assert.deepEqual(begin(), []);
  line.ended([claims.b]);
  assert.deepEqual(begin(), ['Suspect1']);
});

test('its patience has an end', async () => {
  const { line, begin, patienceEnd } = openLine('a');
  assert.deepEqual(begin(), ['a']);
  line.add(claims.Suspect1);
  assert.deepEqual(begin(), []);
  // The timer holds no process open: this one must stay for it.
  const stay = setInterval(() => undefined, 1_000);
  await patienceEnd;
  clearInterval(stay);
  assert.deepEqual(begin(), ['Suspect1']);
  // One that comes later is as patient again.
  line.ended([claims.Suspect1]);
  assert.deepEqual(begin(), []);
  line.add(claims.Suspect2);
  assert.deepEqual(begin(), []);
});

test('small files go together, in fair shares, and a large one by itself', () => {
  const line = new WaitingLine({ threads: 2, perHandOver: 3, onPatienceEnd: () => undefined });
  const add = (sizes: readonly number[]) => {
    for (const size of sizes) line.add({ file: { size, alone: false } } as HeldClaim);
  };
  const sizes = () => line.next().map(({ file }) => file.size);
  add([1, 2, 3, 4]);
  assert.deepEqual([sizes(), sizes(), sizes()], [[1, 2], [3, 4], []]);
  add([5, 6, 7, 8, 9]);
  line.ended([]);
  assert.deepEqual(sizes(), [5, 6, 7]);
  add([1_000_000, 10]);
  line.ended([]);
  assert.deepEqual(sizes(), [8, 9]);
  line.ended([]);
  assert.deepEqual(sizes(), [1_000_000]);
  line.ended([]);
  assert.deepEqual(sizes(), [10]);
});

test('what is removed does not begin', () => {
  const { line, begin } = openLine('a', 'Suspect1');
  line.remove([claims.Suspect1]);
  assert.deepEqual(begin(), ['a']);
});

const claims = Object.fromEntries(
  ['a', 'b', 'c', 'Suspect1', 'Suspect2'].map((id) => [id, { file: { id, size: 1, alone: id.startsWith('S') } }]),
) as unknown as Record<'a' | 'b' | 'c' | 'Suspect1' | 'Suspect2', HeldClaim>;

function openLine(...ids: readonly (keyof typeof claims)[]) {
  const { promise: patienceEnd, resolve } = Promise.withResolvers<void>();
  const line = new WaitingLine({ threads: 2, perHandOver: 1, patienceMs: 1, onPatienceEnd: resolve });
  for (const id of ids) line.add(claims[id]);
  const begin = () => {
    const begun: string[] = [];
    for (let [claim] = line.next(); claim !== undefined; [claim] = line.next()) begun.push(claim.file.id);
    return begun;
  };
  return { line, begin, patienceEnd };
}
