import { recordAt, recordType } from './powerpoint-records.ts';

const encryptedToken = 0xf3d1_c4df;
const maxObjects = 2 ** 20;

/** Where the objects of a presentation are in its stream, as of its last edit. */
export interface Edits {
  readonly encrypted: boolean;
  /** The number of the object that is the document. */
  readonly document: number;
  readonly offsets: ReadonlyMap<number, number>;
}

/**
 * Follows the edits from the last to the first: a presentation that was saved fast has the changed objects at its end. Each
 * edit lists runs of objects, with a number in 20 bits and a count in 12 bits before their offsets.
 *
 * Source: [MS-PPT] 2.1.2, 2.3.2 to 2.3.6.
 *
 * @param user the stream that says which edit is the last
 */
export function editsOf(stream: Buffer, user: Buffer): Edits {
  const offsets = new Map<number, number>();
  let encrypted = user.length >= 20 && user.readUInt32LE(12) === encryptedToken;
  let document = 0;
  const seen = new Set<number>();
  for (let at = user.length < 20 ? 0 : user.readUInt32LE(16); !seen.has(at); ) {
    seen.add(at);
    const edit = recordAt(stream, at);
    if (edit?.type !== recordType.edit || edit.data.length < 20) break;
    if (edit.data.length >= 32 && edit.data.readUInt32LE(28) !== 0) encrypted = true;
    if (seen.size === 1) document = edit.data.readUInt32LE(16);
    addOffsets(offsets, recordAt(stream, edit.data.readUInt32LE(12))?.data ?? Buffer.alloc(0));
    at = edit.data.readUInt32LE(8);
  }
  return { encrypted, document, offsets };
}

/** Keeps what later edits say. */
function addOffsets(offsets: Map<number, number>, list: Buffer): void {
  for (let at = 0; at + 4 <= list.length && offsets.size < maxObjects; ) {
    const run = list.readUInt32LE(at);
    const [first, count] = [run & 0xf_ffff, run >>> 20];
    at += 4;
    for (let object = first; object < first + count && at + 4 <= list.length; object++, at += 4)
      if (!offsets.has(object)) offsets.set(object, list.readUInt32LE(at));
  }
}
