import type { Range } from './word-header.ts';

/** Bytes of the stream whose characters a reader does not see. */
export interface UnseenRun {
  readonly start: number;
  readonly end: number;
  readonly why: 'hidden' | 'deleted';
}

const pageLength = 512;
const deletedProperty = 0x0800;
const hiddenProperty = 0x083c;
const tableDefinition = 0xd608;
const tabChanges = 0xc615;

/**
 * The hidden and the deleted runs of a document, in order. Pages of 512 bytes hold the formatting of the runs that differ from
 * the style of their paragraph. Text that is hidden by its style alone is not found.
 *
 * Source: [MS-DOC] 2.8.7 (PlcBteChpx), 2.9.32 (ChpxFkp), 2.6.1 (Sprm).
 */
export function unseenRunsOf(stream: Buffer, tables: Buffer, { offset, length }: Range): readonly UnseenRun[] {
  const list = tables.subarray(offset, offset + length);
  const count = Math.floor((list.length - 4) / 8);
  const runs: UnseenRun[] = [];
  const seen = new Set<number>();
  for (let index = 0; index < count; index++) {
    const page = list.readUInt32LE(4 * (count + 1) + 4 * index) & 0x3f_ffff;
    if (seen.has(page)) continue;
    seen.add(page);
    addRuns(runs, stream.subarray(page * pageLength, (page + 1) * pageLength));
  }
  return runs.sort((a, b) => a.start - b.start);
}

function addRuns(runs: UnseenRun[], page: Buffer): void {
  if (page.length < pageLength) return;
  const count = Math.min(page.readUInt8(pageLength - 1), 101);
  for (let index = 0; index < count; index++) {
    const [start, end] = [page.readUInt32LE(4 * index), page.readUInt32LE(4 * index + 4)];
    const at = 2 * page.readUInt8(4 * (count + 1) + index);
    const why = at === 0 ? undefined : whyUnseen(page.subarray(at + 1, at + 1 + page.readUInt8(at)));
    if (why !== undefined && start < end) runs.push({ start, end, why });
  }
}

function whyUnseen(properties: Buffer): UnseenRun['why'] | undefined {
  let why: UnseenRun['why'] | undefined;
  for (let at = 0; at + 3 <= properties.length; ) {
    const property = properties.readUInt16LE(at);
    // Odd values turn on: 1 says so, and 0x81 says the opposite of the style.
    const isOn = (properties.readUInt8(at + 2) & 1) === 1;
    if (property === deletedProperty && isOn) return 'deleted';
    if (property === hiddenProperty) why = isOn ? 'hidden' : undefined;
    at += 2 + operandLength(property, properties, at + 2);
  }
  return why;
}

/** The three highest bits of a property say how long its operand is; 6 stands for one that begins with its length. */
const operandLengths = [1, 1, 2, 4, 2, 2, 0, 3];

function operandLength(property: number, bytes: Buffer, at: number): number {
  const length = operandLengths[property >> 13] as number;
  if (length > 0) return length;
  if (property === tableDefinition) return at + 2 > bytes.length ? bytes.length : bytes.readUInt16LE(at) + 1;
  const first = bytes.readUInt8(at);
  return property === tabChanges && first === 255 ? bytes.length : first + 1;
}
