import { isBlobId } from '../objects/layout.ts';
import { maxRecordBytes } from './segment-format.ts';

/** Where in which segment a small blob lies. */
export interface SegmentKey {
  /** A UUIDv7. */
  readonly segment: string;
  /** Bytes from the start of the segment to the first of the blob. */
  readonly offset: number;
  readonly length: number;
  readonly crc32c: number;
}

/** `SEGMENT/OFFSET+LENGTH/CRC32C`, the last as 8 hex digits. */
export function formatSegmentKey({ segment, offset, length, crc32c }: SegmentKey): string {
  return `${segment}/${offset}+${length}/${crc32c.toString(16).padStart(8, '0')}`;
}

const pattern = /^([0-9a-f-]{36})\/(\d{1,15})\+(\d{1,9})\/([0-9a-f]{8})$/;

/** undefined for what is no such key. */
export function parseSegmentKey(storageKey: string): SegmentKey | undefined {
  const [, segment = '', offset, length, crc32c = ''] = pattern.exec(storageKey) ?? [];
  if (!isBlobId(segment)) return undefined;
  const key = { segment, offset: Number(offset), length: Number(length), crc32c: Number.parseInt(crc32c, 16) };
  return key.length <= maxRecordBytes ? key : undefined;
}
