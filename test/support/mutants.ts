import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UnreadableFile } from '#domain/analysis.ts';

/** Checks that `read` ends well, or refuses the file as unreadable, whatever the damage to its bytes. */
export async function assertDamageIsBorne(bytes: Buffer, read: (mutant: Buffer) => Promise<unknown>): Promise<void> {
  const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(changes, fc.oneof(fc.constant(bytes.length), fc.nat(bytes.length)), async (changed, length) => {
      const mutant = Buffer.from(bytes);
      for (const [at, byte] of changed) mutant[at] = byte;
      try {
        await read(mutant.subarray(0, length));
      } catch (error) {
        assert.ok(error instanceof UnreadableFile, String(error instanceof Error ? error.stack : error));
      }
    }),
    { numRuns: 500 },
  );
}
