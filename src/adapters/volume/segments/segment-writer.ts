import { randomUUIDv7 } from 'node:crypto';
import { access, type FileHandle, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilemillError } from '#domain/errors.ts';
import { Batcher } from '#platform/batcher.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { SmallBlob } from '#platform/small-staged-blob.ts';
import { codeOf, diskError, makeFolder, syncFolder, writeFully } from '../objects/durable.ts';
import { fileMode, openMarksFolder, periodFolder, segmentPath } from '../objects/layout.ts';
import {
  formatSegmentKey,
  headBytes,
  recordBytes,
  recordHeadBytes,
  segmentHead,
  writeRecordHead,
} from './segment-format.ts';

export interface SegmentLimits {
  /** A segment of this size is closed. */
  readonly segmentBytes: number;
  /** A segment of this age is closed. */
  readonly segmentAgeMs: number;
}

const maxBatch = 512;
const pieceBytes = 4 * 1024 * 1024;

/** Appends to the segment of this process, and then to the next one. One sync keeps a whole batch. */
export class SegmentWriter implements AsyncDisposable {
  readonly #root: string;
  readonly #limits: SegmentLimits;
  readonly #batches: Batcher<SmallBlob, string>;
  readonly #piece = Buffer.allocUnsafeSlow(pieceBytes);
  #current: OpenSegment | undefined;

  constructor(root: string, limits: SegmentLimits) {
    this.#root = root;
    this.#limits = limits;
    this.#batches = new Batcher((blobs) => this.#appendBatch(blobs), { name: 'append', maxBatch });
  }

  /**
   * Returns the storage keys, in order, once the bytes survive a power cut. When it rejects, nothing is kept.
   *
   * @throws FilemillError DISK_FULL
   */
  appendAll(blobs: readonly SmallBlob[]): Promise<readonly string[]> {
    return this.#batches.addAll(blobs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#seal();
  }

  async #appendBatch(blobs: readonly SmallBlob[]): Promise<readonly string[]> {
    const segment = await this.#segment();
    const begin = segment.size;
    try {
      const keys = await this.#write(segment, blobs);
      await failpoint('segment.written');
      await segment.file.datasync();
      await failpoint('segment.synced');
      await this.#requireOwn(segment);
      return keys;
    } catch (error) {
      // After a failed sync the content is unknown, so this segment is closed and these keys are never acknowledged.
      await segment.file.truncate(begin).catch(() => undefined);
      await this.#seal();
      throw diskError(error);
    }
  }

  /** Packs the records into as few writes as the buffer allows. */
  async #write(segment: OpenSegment, blobs: readonly SmallBlob[]): Promise<string[]> {
    const keys: string[] = [];
    let filled = 0;
    const flush = async () => {
      await writeFully(segment.file, this.#piece.subarray(0, filled), segment.size);
      segment.size += filled;
      filled = 0;
    };
    for (const { id, chunks, length } of blobs) {
      if (filled + recordBytes(length) > pieceBytes) await flush();
      let contentAt = filled + recordHeadBytes;
      const offset = segment.size + contentAt;
      for (const chunk of chunks) {
        this.#piece.set(chunk, contentAt);
        contentAt += chunk.length;
      }
      const crc32c = writeRecordHead(this.#piece, filled, id, length);
      filled += recordBytes(length);
      keys.push(formatSegmentKey({ segment: segment.id, offset, length, crc32c }));
    }
    await flush();
    return keys;
  }

  /**
   * The fence for a process that was suspended for so long that another one closed its segment. Checked between the sync and
   * the answer: the other process sees whatever was synced before it took the mark away.
   */
  async #requireOwn({ markPath }: OpenSegment): Promise<void> {
    await access(markPath).catch((cause: unknown) => {
      throw new FilemillError('UNAVAILABLE', 'The segment was closed by another process.', { cause });
    });
  }

  async #segment(): Promise<OpenSegment> {
    const { segmentBytes, segmentAgeMs } = this.#limits;
    const current = this.#current;
    if (current !== undefined && current.size < segmentBytes && performance.now() < current.openedAt + segmentAgeMs)
      return current;
    await this.#seal();
    this.#current = await openSegment(this.#root).catch((error: unknown) => {
      throw diskError(error);
    });
    return this.#current;
  }

  async #seal(): Promise<void> {
    const segment = this.#current;
    this.#current = undefined;
    await segment?.file.close();
    if (segment !== undefined) await rm(segment.markPath, { force: true });
  }
}

interface OpenSegment {
  readonly id: string;
  readonly file: FileHandle;
  readonly markPath: string;
  /** `performance.now()` */
  readonly openedAt: number;
  /** The position of the next record. */
  size: number;
}

/** Creates the mark first: a segment without a mark is never appended to. */
async function openSegment(root: string): Promise<OpenSegment> {
  const id = randomUUIDv7();
  const markPath = join(openMarksFolder(root), id);
  const openedAt = performance.now();
  let file: FileHandle | undefined;
  await writeFile(markPath, '', { flag: 'wx', mode: fileMode });
  try {
    await makeFolder(periodFolder(root, id));
    file = await open(segmentPath(root, id), 'wx+', fileMode);
    await writeFully(file, segmentHead(id), 0);
    await syncFolder(periodFolder(root, id));
    await failpoint('segment.opened');
    return { id, file, markPath, openedAt, size: headBytes };
  } catch (error) {
    await file?.close();
    for (const path of [segmentPath(root, id), markPath])
      await rm(path, { force: true }).catch((cause: unknown) => {
        if (codeOf(cause) === undefined) throw cause;
      });
    throw error;
  }
}
