import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Admission } from './admission.ts';

const reserve = 100;
const lookAgainBytes = 16 * 1024 * 1024;
const metadataServes = async () => undefined;

describe('Admission', () => {
  it('reserves what uploads declared until it is written, and gives back what never came', async () => {
    const admission = admissionTo({ free: 1_100 });
    const first = await admission.enter(600);
    await assert.rejects(admission.enter(401), { reason: 'DISK_FULL' });
    (await admission.enter(400))[Symbol.dispose]();
    await first.received(500);
    const second = await admission.enter(900);
    first[Symbol.dispose]();
    second[Symbol.dispose]();
    (await admission.enter(1_000))[Symbol.dispose]();
  });

  it('counts no byte twice when more comes than was declared', async () => {
    const admission = admissionTo({ free: 1_100 });
    const one = await admission.enter(10);
    await one.received(2_000);
    one[Symbol.dispose]();
    await assert.rejects(admission.enter(1_001), { reason: 'DISK_FULL' });
  });

  it('ends an upload of unknown size once the volume is full', async () => {
    const volume = { free: 1_100 };
    const admission = admissionTo(volume);
    const unknown = await admission.enter(null);
    await unknown.received(lookAgainBytes);
    volume.free = 99;
    await assert.rejects(
      async () => {
        for (;;) await unknown.received(lookAgainBytes).then(() => setTimeout(50));
      },
      { reason: 'DISK_FULL' },
    );
  });

  it('is crowded at three quarters of its places, and full at the last', async () => {
    const admission = admissionTo({ free: 1_100 }, 4);
    const admitted = [await admission.enter(null), await admission.enter(0)];
    assert.equal(admission.crowded, false);
    admitted.push(await admission.enter(null), await admission.enter(0));
    assert.equal(admission.crowded, true);
    await assert.rejects(admission.enter(null), { reason: 'OVERLOADED' });
    for (const one of admitted) one[Symbol.dispose]();
    assert.equal(admission.crowded, false);
  });
});

function admissionTo(volume: { readonly free: number }, maxConcurrent?: number): Admission {
  const blobs = { freeBytes: async () => volume.free, stage: () => Promise.reject(new Error('not asked for')) };
  return new Admission(blobs, { diskReserve: reserve, metadataServes, ...(maxConcurrent && { maxConcurrent }) });
}
