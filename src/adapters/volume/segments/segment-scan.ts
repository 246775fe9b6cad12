import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32c } from '@node-rs/crc32';
import { ignoreMissing } from '../objects/durable.ts';
import { isBlobId, isPeriod, openMarksFolder, segmentPath, segmentsFolder } from '../objects/layout.ts';
import {
  formatSegmentKey,
  headBytes,
  isSegmentHead,
  type RecordHead,
  readRecordHead,
  recordBytes,
  recordHeadBytes,
  recordMagic,
} from './segment-format.ts';

/** A record of a segment. */
export interface ScannedBlob {
  readonly id: string;
  readonly storageKey: string;
  readonly length: number;
  /** Whether it was removed. */
  readonly dead: boolean;
  /** Whether the content matches the CRC32C of the head; always true for a dead record. */
  readonly intact: boolean;
}

export interface SegmentScan {
  /** In the order of appending. */
  readonly blobs: readonly ScannedBlob[];
  /** Bytes up to the end of the last record. */
  readonly wholeBytes: number;
  /**
   * What follows: `none`; `torn`, a write that a crash cut short; `damaged`, bytes that are no record, with whole records
   * behind them. Content may imitate a record, so records behind the damage are not trusted.
   */
  readonly rest: 'none' | 'torn' | 'damaged';
  readonly restBytes: number;
}

/** Reads a whole segment; one that was removed in the meantime is empty. */
export async function scanSegment(root: string, segment: string): Promise<SegmentScan> {
  const bytes = (await readFile(segmentPath(root, segment)).catch(ignoreMissing)) ?? Buffer.alloc(0);
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

/** The head of a record that is wholly in `bytes`. */
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

/** The content and the damage of a segment. */
export interface SegmentCheck {
  readonly segment: string;
  /** Whether a process may still append to it. */
  readonly open: boolean;
  readonly live: number;
  readonly dead: number;
  /** Bytes of the live content. */
  readonly liveBytes: number;
  /** Live blobs whose content does not match its CRC32C. */
  readonly broken: readonly string[];
  /**
   * What follows the last record. `torn` is normal while the segment is open, and is cut when upload starts next;
   * `damaged` is not normal.
   */
  readonly rest: 'none' | 'torn' | 'damaged';
}

/** Checks every segment of a volume, oldest first. */
export async function* checkSegments(root: string): AsyncGenerator<SegmentCheck> {
  const marked = new Set((await namesIn(openMarksFolder(root))).map((name) => name.slice(0, 36)));
  for (const segment of await segmentsOf(root)) {
    const { blobs, rest } = await scanSegment(root, segment);
    const live = blobs.filter((blob) => !blob.dead);
    yield {
      segment,
      open: marked.has(segment),
      live: live.length,
      dead: blobs.length - live.length,
      liveBytes: live.reduce((sum, { length }) => sum + length, 0),
      broken: live.filter(({ intact }) => !intact).map(({ id }) => id),
      rest,
    };
  }
}

/** The records of one segment in order; none if there is no such segment. */
export async function listSegment(root: string, segment: string): Promise<readonly ScannedBlob[]> {
  return isBlobId(segment) ? (await scanSegment(root, segment)).blobs : [];
}

/** All segments of a volume, oldest first. */
export async function segmentsOf(root: string): Promise<string[]> {
  const periods = (await namesIn(segmentsFolder(root))).filter(isPeriod).sort();
  const names = periods.map((period) => namesIn(join(segmentsFolder(root), period)));
  return (await Promise.all(names)).flat().filter(isBlobId).sort();
}

/** The names in a folder; none if there is no such folder. */
async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(ignoreMissing)) ?? [];
}
