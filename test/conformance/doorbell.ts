import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { test } from 'node:test';
import type { Doorbell } from '#domain/doorbell.ts';

export interface DoorbellHarness extends AsyncDisposable {
  readonly doorbell: Doorbell;
  /** What has been rung for so far, in order; undefined when the bell makes no sound. */
  heard(): Promise<readonly string[]> | undefined;
}

/** What every doorbell promises. `open` answers with a fresh bell that nobody has rung. */
export function doorbellConformance(name: string, open: () => Promise<DoorbellHarness>): void {
  test(`${name}: nothing waits at first`, async () => {
    await using harness = await open();
    assert.equal(await harness.doorbell.depth(), 0);
  });

  test(`${name}: every id is heard, in order, as often as it is rung`, async () => {
    await using harness = await open();
    const [first, second, third] = [randomUUIDv7(), randomUUIDv7(), randomUUIDv7()];
    await harness.doorbell.ring([first, second]);
    await harness.doorbell.ring([third, first]);
    const heard = await harness.heard();
    if (heard === undefined) assert.equal(await harness.doorbell.depth(), 0);
    else {
      assert.deepEqual(heard, [first, second, third, first]);
      const depth = await harness.doorbell.depth();
      assert.ok(depth >= 2 && depth <= 4, `${depth} rings wait`);
    }
  });

  test(`${name}: ringing for nobody does nothing`, async () => {
    await using harness = await open();
    await harness.doorbell.ring([]);
    assert.equal(await harness.doorbell.depth(), 0);
  });

  test(`${name}: a large batch is not trimmed`, async () => {
    await using harness = await open();
    const ids = Array.from({ length: 12_000 }, () => randomUUIDv7());
    await harness.doorbell.ring(ids);
    const heard = await harness.heard();
    if (heard !== undefined) assert.deepEqual(heard, ids);
  });

  test(`${name}: it can be disposed of twice`, async () => {
    await using harness = await open();
    await harness.doorbell[Symbol.asyncDispose]();
  });
}
