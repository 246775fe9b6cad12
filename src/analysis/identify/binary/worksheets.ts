import type { BinarySample } from './binary-sample.ts';
import { type Answer, among, type Detector } from './detector.ts';

const lotus = 'application/vnd.lotus-1-2-3';
const quattro = 'application/x-quattro-pro';

/** Worksheets of Lotus 1-2-3 and Quattro Pro. */
export const worksheets: readonly Detector[] = among('\0\0', worksheetType);

/** By the length of the first record and the version in it. */
const versions = new Map([
  [versionKey(2, 0x0404), lotus], // 1-2-3 release 1 (.wks)
  [versionKey(2, 0x0405), lotus], // Symphony (.wrk)
  [versionKey(2, 0x0406), lotus], // 1-2-3 release 2 (.wk1)
  [versionKey(26, 0x1000), lotus], // release 3 (.wk3)
  [versionKey(26, 0x1002), lotus], // release 4 (.wk4)
  [versionKey(26, 0x1003), lotus], // 97 (.123)
  [versionKey(26, 0x1005), lotus], // Millennium (.123)
  [versionKey(2, 0x5120), quattro], // Quattro Pro for DOS (.wq1)
  [versionKey(2, 0x5121), quattro], // (.wq2)
  [versionKey(2, 0x1001), quattro], // for Windows (.wb1)
  [versionKey(2, 0x1002), quattro], // (.wb2)
  [versionKey(2, 0x1007), quattro], // 6 and 7 (.wb3)
]);

/** A list of records, each with its number, its length and its bytes. The first has the number 0 and holds the version. */
function worksheetType({ head, size }: BinarySample): Answer {
  if (head.length < 10) return undefined;
  const length = head.readUInt16LE(2);
  const next = 4 + length;
  if (next + 4 > head.length || next + 4 + head.readUInt16LE(next + 2) > size) return undefined;
  return versions.get(versionKey(length, head.readUInt16LE(4)));
}

function versionKey(length: number, version: number): number {
  return length * 0x1_0000 + version;
}
