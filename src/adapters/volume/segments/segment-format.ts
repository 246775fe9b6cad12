import { crc32c } from '@node-rs/crc32';
import { isBlobId } from '../objects/layout.ts';

/**
 * A segment is a head followed by records; numbers are little-endian.
 *
 *     head     8 bytes "FMSEGM01" · 16 bytes the segment's own id
 *     record   4 bytes "FMRC" · 4 bytes "LIVE" or "DEAD" · 16 bytes the blob's id · 4 bytes length of the content ·
 *              4 bytes CRC32C of the content · 4 bytes CRC32C of all this but the state · 4 bytes of zero
 *              · the content · zeros up to the next multiple of 8
 *
 * A record is written once. Removing a blob changes its state in place and overwrites its content with zeros. Bytes after the
 * last whole record are a write that a crash cut short, and that was never acknowledged.
 */
export const headBytes = 24;
export const recordHeadBytes = 40;

/** Far above any threshold for small files. */
const maxRecordBytes = 1024 * 1024;

const segmentMagic = Buffer.from('FMSEGM01');
export const recordMagic = Buffer.from('FMRC');
const live = Buffer.from('LIVE');
export const dead = Buffer.from('DEAD');

/** The position of the state in the head of a record. */
export const stateAt = 4;

export interface RecordHead {
  readonly id: string;
  readonly length: number;
  readonly crc32c: number;
  readonly dead: boolean;
}

export function segmentHead(segment: string): Buffer {
  return Buffer.concat([segmentMagic, uuidBytes(segment)]);
}

export function isSegmentHead(bytes: Buffer, segment: string): boolean {
  return bytes.length >= headBytes && bytes.subarray(0, headBytes).equals(segmentHead(segment));
}

/** The bytes of a whole record. */
export function recordBytes(length: number): number {
  return Math.ceil((recordHeadBytes + length) / 8) * 8;
}

/** Writes the head of a live record in front of its content, and returns the CRC32C of the content. */
export function writeRecordHead(into: Buffer, at: number, id: string, length: number): number {
  const contentAt = at + recordHeadBytes;
  const sum = crc32c(into.subarray(contentAt, contentAt + length));
  recordMagic.copy(into, at);
  live.copy(into, at + stateAt);
  into.write(id.replaceAll('-', ''), at + 8, 'hex');
  into.writeUInt32LE(length, at + 24);
  into.writeUInt32LE(sum, at + 28);
  into.writeUInt32LE(headSum(into.subarray(at, at + recordHeadBytes)), at + 32);
  into.fill(0, at + 36, contentAt);
  into.fill(0, contentAt + length, at + recordBytes(length));
  return sum;
}

/** Undefined if the bytes are not the head of a record. */
export function readRecordHead(bytes: Buffer): RecordHead | undefined {
  if (bytes.length < recordHeadBytes || !bytes.subarray(0, 4).equals(recordMagic)) return undefined;
  const state = bytes.subarray(stateAt, stateAt + 4);
  const isDead = state.equals(dead);
  if (!isDead && !state.equals(live)) return undefined;
  const [length, sum] = [bytes.readUInt32LE(24), bytes.readUInt32LE(28)];
  if (length > maxRecordBytes || bytes.readUInt32LE(32) !== headSum(bytes)) return undefined;
  return { id: uuidText(bytes.subarray(8, 24)), length, crc32c: sum, dead: isDead };
}

/** The checksum of the part that never changes: without the state, and without the checksum itself. */
function headSum(head: Buffer): number {
  return crc32c(head.subarray(8, 32));
}

function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The place of a small blob: its segment, and where in it. */
export interface SegmentKey {
  /** A UUIDv7. */
  readonly segment: string;
  /** The position of the first byte of the content. */
  readonly offset: number;
  readonly length: number;
  readonly crc32c: number;
}

/** `SEGMENT/OFFSET+LENGTH/CRC32C`, the last as 8 hex digits. */
export function formatSegmentKey({ segment, offset, length, crc32c }: SegmentKey): string {
  return `${segment}/${offset}+${length}/${crc32c.toString(16).padStart(8, '0')}`;
}

const keyPattern = /^([0-9a-f-]{36})\/(\d{1,15})\+(\d{1,9})\/([0-9a-f]{8})$/;

/** Undefined if the key is malformed. */
export function parseSegmentKey(storageKey: string): SegmentKey | undefined {
  const [, segment = '', offset, length, crc32c = ''] = keyPattern.exec(storageKey) ?? [];
  if (!isBlobId(segment)) return undefined;
  const key = { segment, offset: Number(offset), length: Number(length), crc32c: Number.parseInt(crc32c, 16) };
  return key.length <= maxRecordBytes ? key : undefined;
}
