import { constants, inflateRawSync } from 'node:zlib';
import { isBetween, u8, u16be, u32be } from './bytes.ts';
import { type Answer, among, type Detector } from './detector.ts';

/** Messages, keys and signatures of OpenPGP that are not armoured: a list of packets. Source: RFC 9580. */
export const openPgp: readonly Detector[] = among('', ({ head, size }) => packetsType(head, size));

const encrypted = 'application/pgp-encrypted';
const keys = 'application/pgp-keys';
const signature = 'application/pgp-signature';

interface Packet {
  readonly kind: number;
  readonly content: number;
  /** Undefined if the packet is in parts, or reaches to the end of the file. */
  readonly end: number | undefined;
}

function packetsType(head: Buffer, size: number): Answer {
  const packet = packetAt(head, 0);
  if (packet === undefined || packet.end === packet.content) return undefined;
  const { kind, content, end } = packet;
  if (kind === 8) return (end === undefined || end === size) && isCompressed(head, content) ? encrypted : undefined;
  const mime = typeOf(head, kind, content);
  if (mime === undefined || end === undefined || end > size) return undefined;
  // One packet may look so by chance, but not together with what follows.
  return end === size || end >= head.length || isFollower(head, kind, end) ? mime : undefined;
}

function typeOf(head: Buffer, kind: number, content: number): Answer {
  const version = u8(head, content);
  switch (kind) {
    case 1:
      return version === 3 && isAlgorithm(u8(head, content + 9)) ? encrypted : undefined;
    case 2:
      return (version === 4 && isBetween(u8(head, content + 1), 0, 0x50) && isAlgorithm(u8(head, content + 2))) ||
        (version === 3 && u8(head, content + 1) === 5)
        ? signature
        : undefined;
    case 3:
      return isBetween(version, 4, 6) && isBetween(u8(head, content + 1), 1, 13) ? encrypted : undefined;
    case 5:
    case 6: {
      const algorithm = u8(head, content + (version < 4 ? 7 : 5));
      return isBetween(version, 2, 6) && isAlgorithm(algorithm) && u32be(head, content + 1) > 0 ? keys : undefined;
    }
    case 4:
      return version === 3 && isAlgorithm(u8(head, content + 3)) ? encrypted : undefined;
    default:
      return undefined;
  }
}

function isAlgorithm(number: number): boolean {
  return isBetween(number, 1, 3) || isBetween(number, 16, 28);
}

/** Kinds of packets that come behind the first: encrypted data, the names and subkeys of a key, more signatures. */
const followers: Readonly<Record<number, readonly number[]>> = {
  1: [1, 3, 9, 18, 20],
  2: [2],
  3: [1, 3, 9, 18, 20],
  4: [2, 4, 8, 11],
  5: [2, 7, 13, 14, 17],
  6: [2, 12, 13, 14, 17],
};

function isFollower(head: Buffer, kind: number, at: number): boolean {
  const next = packetAt(head, at);
  return next !== undefined && followers[kind]?.includes(next.kind) === true;
}

function packetAt(head: Buffer, at: number): Packet | undefined {
  const first = u8(head, at);
  if (!(first >= 0x80)) return undefined;
  return first >= 0xc0 ? newPacket(head, at, first & 0x3f) : oldPacket(head, at, (first >> 2) & 0x0f, first & 3);
}

function newPacket(head: Buffer, at: number, kind: number): Packet {
  const length = u8(head, at + 1);
  if (length < 192) return { kind, content: at + 2, end: at + 2 + length };
  if (length < 224) return { kind, content: at + 3, end: at + 3 + ((length - 192) << 8) + u8(head, at + 2) + 192 };
  if (length < 255) return { kind, content: at + 2, end: undefined };
  return { kind, content: at + 6, end: at + 6 + u32be(head, at + 2) };
}

function oldPacket(head: Buffer, at: number, kind: number, form: number): Packet {
  if (form === 0) return { kind, content: at + 2, end: at + 2 + u8(head, at + 1) };
  if (form === 1) return { kind, content: at + 3, end: at + 3 + u16be(head, at + 1) };
  if (form === 2) return { kind, content: at + 5, end: at + 5 + u32be(head, at + 1) };
  return { kind, content: at + 1, end: undefined };
}

/** Whether a compressed packet holds packets. */
function isCompressed(head: Buffer, content: number): boolean {
  const algorithm = u8(head, content);
  if (algorithm === 3) return head.toString('latin1', content + 1, content + 4) === 'BZh';
  if (algorithm !== 1 && algorithm !== 2) return false;
  // The second adds a header of two bytes.
  const from = content + algorithm + (algorithm === 2 ? 1 : 0);
  try {
    const start = inflateRawSync(head.subarray(from, from + 512), { finishFlush: constants.Z_SYNC_FLUSH });
    const inner = packetAt(start, 0);
    return inner !== undefined && [2, 4, 8, 11].includes(inner.kind);
  } catch {
    return false;
  }
}
