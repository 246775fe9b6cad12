import { UnreadableFile } from '#domain/analysis.ts';

export const entryLength = 128;

/** The root, a storage (a folder) or a stream (a file) of a compound file. */
export interface CompoundEntry {
  readonly name: string;
  readonly kind: 'root' | 'storage' | 'stream';
  /** Bytes of a stream. */
  readonly size: number;
  /** The class of a storage, in lower case: "00020906-0000-0000-c000-000000000046". Zeros when it has none. */
  readonly clsid: string;
  /** Its first sector. */
  readonly start: number;
  readonly children: readonly CompoundEntry[];
}

/** The entry of this name in a storage, in whatever case. */
export function childOf(storage: CompoundEntry, name: string): CompoundEntry | undefined {
  const wanted = name.toUpperCase();
  return storage.children.find((child) => child.name.toUpperCase() === wanted);
}

const kinds: Readonly<Record<number, CompoundEntry['kind']>> = { 1: 'storage', 2: 'stream', 5: 'root' };

interface Node extends CompoundEntry {
  readonly children: Node[];
  /** Numbers of other entries: two siblings and the first child. */
  readonly links: readonly [number, number, number];
}

/**
 * Reads the tree of entries. Each is used once, at the first place that names it, so links in a circle end.
 *
 * @returns the root
 * @throws UnreadableFile when the first entry is not the root
 */
export function directoryOf(bytes: Buffer, sectorSize: number): CompoundEntry {
  const nodes: (Node | undefined)[] = [];
  for (let at = 0; at + entryLength <= bytes.length; at += entryLength)
    nodes.push(nodeOf(bytes.subarray(at, at + entryLength), sectorSize));
  const root = nodes[0];
  if (root?.kind !== 'root') throw new UnreadableFile('damaged', 'The compound file has no directory.');
  nodes[0] = undefined;
  const waiting: [number, Node][] = [[root.links[2], root]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [index, parent] = next;
    const node = nodes[index];
    if (node === undefined) continue;
    nodes[index] = undefined;
    parent.children.push(node);
    const [left, right, child] = node.links;
    waiting.push([left, parent], [right, parent], [child, node]);
  }
  return root;
}

function nodeOf(entry: Buffer, sectorSize: number): Node | undefined {
  const kind = kinds[entry.readUInt8(66)];
  if (kind === undefined) return undefined;
  const nameLength = Math.min(entry.readUInt16LE(64), 64);
  const low = entry.readUInt32LE(120);
  return {
    name: entry.toString('utf16le', 0, Math.max(0, nameLength - 2)),
    kind,
    // In files with sectors of 512 bytes the high half may hold anything.
    size: sectorSize === 512 ? low : entry.readUInt32LE(124) * 2 ** 32 + low,
    clsid: clsidOf(entry),
    start: entry.readUInt32LE(116),
    children: [],
    links: [entry.readUInt32LE(68), entry.readUInt32LE(72), entry.readUInt32LE(76)],
  };
}

/** The first three fields are little-endian. */
function clsidOf(entry: Buffer): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  const first = [
    hex(entry.readUInt32LE(80), 8),
    hex(entry.readUInt16LE(84), 4),
    hex(entry.readUInt16LE(86), 4),
    entry.toString('hex', 88, 90),
  ];
  return [...first, entry.toString('hex', 90, 96)].join('-');
}
