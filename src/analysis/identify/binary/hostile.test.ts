import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { binarySampleOf } from '#test/support/binary-sample.ts';
import type { Detector } from './detector.ts';
import { detectors, identifyBinary } from './identify-binary.ts';

const mime = /^[a-z]+\/[\w.+-]+$/;

/** A signature where it belongs, and any bytes around it. */
function bytesFor({ magic, offset }: Detector): fc.Arbitrary<Buffer> {
  const rest = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    // Small numbers are lengths and offsets that may lead somewhere.
    fc.array(fc.constantFrom(0, 0, 0, 1, 2, 4, 8, 12, 16, 0x30, 0x80, 0xff), { maxLength: 400 }),
  );
  return fc.tuple(fc.uint8Array({ minLength: offset, maxLength: offset }), rest).map(([before, after]) => {
    return Buffer.concat([before, magic, Buffer.from(after)]);
  });
}

test('every detector answers with a type or nothing, whatever follows its signature', async () => {
  for (const detector of detectors) {
    await fc.assert(
      fc.asyncProperty(bytesFor(detector), async (bytes) => {
        const answer = await detector.detect(binarySampleOf(bytes));
        if (answer !== undefined) assert.match(answer, mime);
      }),
      { numRuns: 20 },
    );
  }
});

test('every file has a type', async () => {
  const anyDetector = fc.constantFrom(...detectors).chain(bytesFor);
  await fc.assert(
    fc.asyncProperty(anyDetector, fc.nat(500), async (bytes, length) => {
      const { mime: found } = await identifyBinary(binarySampleOf(bytes.subarray(0, length + 1)));
      assert.match(found, mime);
    }),
    { numRuns: 500 },
  );
});

test('random bytes are of no type', async () => {
  const random = fc.uint8Array({ minLength: 300, maxLength: 600 }).filter(([first]) => first !== undefined);
  let named = 0;
  await fc.assert(
    fc.asyncProperty(random, async (bytes) => {
      const { mime: found } = await identifyBinary(binarySampleOf(bytes));
      if (found !== 'application/octet-stream') named += 1;
    }),
    { numRuns: 300 },
  );
  assert.ok(named <= 3, `${named} of 300 files of random bytes have a type`);
});
