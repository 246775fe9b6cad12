import { readFile } from 'node:fs/promises';
import { crc32c } from '@node-rs/crc32';
import { codeOf } from '../objects/durable.ts';
import { segmentPath } from '../objects/layout.ts';
import {
  headBytes,
  isSegmentHead,
  type RecordHead,
  readRecordHead,
  recordBytes,
  recordHeadBytes,
  recordMagic,
} from './segment-format.ts';
import { formatSegmentKey } from './segment-key.ts';

/** A record of a segment. */
export interface ScannedBlob {
  readonly id: string;
  readonly storageKey: string;
  readonly length: number;
  /** It was removed. */
  readonly dead: boolean;
  /** The content has the CRC32C of its head; what is dead has nothing to be held against. */
  readonly intact: boolean;
}

export interface SegmentScan {
  /** In the order in which they were appended. */
  readonly blobs: readonly ScannedBlob[];
  /** Bytes up to the end of the last of them. */
  readonly wholeBytes: number;
  /**
   * What follows: `none`; `torn`, a write that a crash cut short; `damaged`, whole records behind bytes that are
   * none. Content may be made to look like a record, so those behind the damage are not believed either.
   */
  readonly rest: 'none' | 'torn' | 'damaged';
  readonly restBytes: number;
}

/** Reads a segment from front to back; one that was given back meanwhile is empty. */
export async function scanSegment(root: string, segment: string): Promise<SegmentScan> {
  const bytes = await readSegment(segmentPath(root, segment));
  const blobs: ScannedBlob[] = [];
  let at = isSegmentHead(bytes, segment) ? headBytes : 0;
  for (let head = recordAt(bytes, at); at > 0 && head !== undefined; head = recordAt(bytes, at)) {
    const { id, length, crc32c, dead } = head;
    const storageKey = formatSegmentKey({ segment, offset: at + recordHeadBytes, length, crc32c });
    blobs.push({ id, storageKey, length, dead, intact: dead || isIntact(bytes, at, head) });
    at += recordBytes(length);
  }
  const restBytes = bytes.length - at;
  return { blobs, wholeBytes: at, rest: restBytes === 0 ? 'none' : kindOfRest(bytes, at), restBytes };
}

/** The head of a record that lies in `bytes` as a whole. */
function recordAt(bytes: Buffer, at: number): RecordHead | undefined {
  const head = readRecordHead(bytes.subarray(at, at + recordHeadBytes));
  return head !== undefined && at + recordBytes(head.length) <= bytes.length ? head : undefined;
}

function isIntact(bytes: Buffer, at: number, head: RecordHead): boolean {
  const contentAt = at + recordHeadBytes;
  return crc32c(bytes.subarray(contentAt, contentAt + head.length)) === head.crc32c;
}

function kindOfRest(bytes: Buffer, from: number): 'torn' | 'damaged' {
  for (let at = bytes.indexOf(recordMagic, from); at >= 0; at = bytes.indexOf(recordMagic, at + 1)) {
    const head = recordAt(bytes, at);
    if (head !== undefined && isIntact(bytes, at, head)) return 'damaged';
  }
  return 'torn';
}

async function readSegment(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}
