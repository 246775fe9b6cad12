import { type FileHandle, open, readdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32c } from '@node-rs/crc32';
import type { Blob } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { Logger } from '#platform/logger.ts';
import type { SmallBlob } from '#platform/small-staged-blob.ts';
import { codeOf, ignoreMissing, makeFolder, writeFully } from '../objects/durable.ts';
import { isBlobId, mintedAt, openMarksFolder, segmentPath, segmentsFolder } from '../objects/layout.ts';
import { dead, readRecordHead, recordHeadBytes, type SegmentKey, stateAt } from './segment-format.ts';
import { type ScannedBlob, type SegmentScan, scanSegment, segmentsOf } from './segment-scan.ts';
import { type SegmentLimits, SegmentWriter } from './segment-writer.ts';

/** The suffix of the mark of a segment that is being closed for its dead process. */
const closing = '.closing';

/** Small blobs, many in a file. */
export class SegmentStore implements AsyncDisposable {
  readonly #root: string;
  readonly #writer: SegmentWriter;
  readonly #abandonedMs: number;
  readonly #logger: Logger | undefined;
  /** Memo: when segments without much to reclaim were last written. */
  readonly #useful = new Map<string, number>();

  static async open(root: string, limits: SegmentLimits, logger: Logger | undefined): Promise<SegmentStore> {
    await makeFolder(segmentsFolder(root));
    await makeFolder(openMarksFolder(root));
    const store = new SegmentStore(root, limits, logger);
    await store.closeAbandoned();
    return store;
  }

  private constructor(root: string, limits: SegmentLimits, logger: Logger | undefined) {
    this.#root = root;
    this.#writer = new SegmentWriter(root, limits);
    // No process appends to a segment beyond this age; twice that is a wide margin.
    this.#abandonedMs = 2 * limits.segmentAgeMs;
    this.#logger = logger;
  }

  /** See `SegmentWriter.appendAll`. */
  appendAll(blobs: readonly SmallBlob[]): Promise<readonly string[]> {
    return this.#writer.appendAll(blobs);
  }

  /** The content of a blob. @throws FilemillError BLOB_MISSING, BLOB_DAMAGED */
  async read({ segment, offset, length, crc32c: sum }: SegmentKey): Promise<Buffer> {
    await using file = await this.#openOrMiss(segment);
    const bytes = recordHeadBytes + length;
    const { buffer } = await file.read(Buffer.alloc(bytes), 0, bytes, offset - recordHeadBytes);
    if (readRecordHead(buffer)?.dead) throw new FilemillError('BLOB_MISSING', 'The blob was removed.');
    const content = buffer.subarray(recordHeadBytes);
    if (crc32c(content) === sum) return content;
    throw new FilemillError('BLOB_DAMAGED', `The stored bytes in segment ${segment} are damaged.`);
  }

  /** The record stays as a tombstone whose content is zeros. Not synced: see `ObjectStore.remove`. */
  async remove({ segment, offset, length, crc32c: sum }: SegmentKey): Promise<void> {
    await using file = await open(segmentPath(this.#root, segment), 'r+').catch(ignoreMissing);
    if (file === undefined) return;
    const headAt = offset - recordHeadBytes;
    const { buffer } = await file.read(Buffer.alloc(recordHeadBytes), 0, recordHeadBytes, headAt);
    const head = readRecordHead(buffer);
    if (head === undefined || head.dead || head.length !== length || head.crc32c !== sum) return;
    await writeFully(file, dead, headAt + stateAt);
    await writeFully(file, Buffer.alloc(length), offset);
  }

  /** The live blobs that were finished before `before`, a segment at a time. */
  async *finishedBefore(before: Date): AsyncGenerator<readonly Blob[]> {
    for (const segment of await segmentsOf(this.#root)) {
      if (mintedAt(segment) >= before.getTime()) continue;
      const { blobs } = await scanSegment(this.#root, segment);
      yield blobs.filter((blob) => !blob.dead && mintedAt(blob.id) < before.getTime());
    }
  }

  /**
   * Removes closed segments without live blobs, and yields the live blobs of segments that are at least half dead. A damaged
   * segment is left alone.
   */
  async *wasteful(): AsyncGenerator<readonly Blob[]> {
    // In this order: a mark exists before its segment, and a segment without a mark never grows again.
    const segments = await segmentsOf(this.#root);
    const open = new Set((await readdir(openMarksFolder(this.#root))).map((name) => name.replace(closing, '')));
    for (const segment of segments) {
      if (open.has(segment)) continue;
      const writtenAt = (await stat(segmentPath(this.#root, segment)).catch(() => undefined))?.mtimeMs;
      if (writtenAt === undefined || this.#useful.get(segment) === writtenAt) continue;
      const { blobs, rest } = await scanSegment(this.#root, segment);
      const live = blobs.filter((blob) => !blob.dead);
      if (rest === 'damaged' || bytesOf(live) * 2 > bytesOf(blobs)) this.#useful.set(segment, writtenAt);
      else if (live.length === 0) await this.#removeSegment(segment);
      else yield live;
    }
  }

  /**
   * Closes segments of dead processes, and cuts incomplete writes at their end. The mark is removed first: if its process was
   * only suspended, it acknowledges nothing from then on.
   */
  async closeAbandoned(): Promise<void> {
    const marks = openMarksFolder(this.#root);
    for (const name of await readdir(marks)) {
      const segment = name.replace(closing, '');
      if (!isBlobId(segment) || !(await this.#isAbandoned(join(marks, name)))) continue;
      const closingMark = join(marks, segment + closing);
      await rename(join(marks, name), closingMark).catch(ignoreMissing);
      await this.#cut(segment, await scanSegment(this.#root, segment));
      await rm(closingMark, { force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer[Symbol.asyncDispose]();
  }

  async #isAbandoned(markPath: string): Promise<boolean> {
    if (markPath.endsWith(closing)) return true;
    const { mtimeMs = Date.now() } = (await stat(markPath).catch(ignoreMissing)) ?? {};
    return mtimeMs + this.#abandonedMs < Date.now();
  }

  async #cut(segment: string, { wholeBytes, rest, restBytes }: SegmentScan): Promise<void> {
    if (rest === 'none') return;
    if (rest === 'damaged') {
      this.#logger?.error({ segment, at: wholeBytes }, 'a segment is damaged: left as it is, see `filemill doctor`');
      return;
    }
    await truncate(segmentPath(this.#root, segment), wholeBytes).catch(ignoreMissing);
    this.#logger?.warn({ segment, bytes: restBytes }, 'cut the end of a segment that a crash left half written');
  }

  async #removeSegment(segment: string): Promise<void> {
    await rm(segmentPath(this.#root, segment), { force: true });
    this.#useful.delete(segment);
    this.#logger?.info({ segment }, 'removed a segment without live blobs');
  }

  async #openOrMiss(segment: string): Promise<FileHandle> {
    return await open(segmentPath(this.#root, segment), 'r').catch((cause: unknown) => {
      if (codeOf(cause) !== 'ENOENT') throw cause;
      throw new FilemillError('BLOB_MISSING', `Segment ${segment} is not on the volume.`, { cause });
    });
  }
}

function bytesOf(blobs: readonly ScannedBlob[]): number {
  return blobs.reduce((sum, { length }) => sum + length, 0);
}
