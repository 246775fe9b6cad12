import assert from 'node:assert/strict';
import { filesBelow } from '../../support/upload-stack.ts';

/** Everything below the volume is a finished object, a segment with its mark, an upload or, for a moment, staged. */
export async function assertOnlyObjects(storageDir: string): Promise<void> {
  const strange = (await filesBelow(storageDir)).filter((path) => !ours.test(path));
  assert.deepEqual(strange, []);
}

const ours =
  /^((objects\/[0-9a-f]{2}|segments\/([0-9a-f]{6}|open)|staging)\/[0-9a-f-]{36}|resumable\/[0-9a-f-]{36}(\.json|\.new)?)$/;
