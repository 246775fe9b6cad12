import { isBlobId, openMarksFolder } from '../objects/layout.ts';
import { namesIn, segmentsOf } from './segment-list.ts';
import { type ScannedBlob, scanSegment } from './segment-scan.ts';

/** What a segment holds, and what is wrong with it. */
export interface SegmentCheck {
  readonly segment: string;
  /** Whether a process may still append to it. */
  readonly open: boolean;
  readonly live: number;
  readonly dead: number;
  /** Of the content that lives. */
  readonly liveBytes: number;
  /** Live blobs whose content does not have its CRC32C. */
  readonly broken: readonly string[];
  /**
   * What follows the last record. `torn` is in order while the segment is open, and cut by the next start of upload;
   * `damaged` is not.
   */
  readonly rest: 'none' | 'torn' | 'damaged';
}

/** Reads every segment of a volume from front to back, oldest first; of a volume without segments, none. */
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

/** The records of one segment in their order; none of one that there is not. */
export async function listSegment(root: string, segment: string): Promise<readonly ScannedBlob[]> {
  return isBlobId(segment) ? (await scanSegment(root, segment)).blobs : [];
}
