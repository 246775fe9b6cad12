import type { BinarySample } from './binary-sample.ts';

const lotus = 'application/vnd.lotus-1-2-3';
const quattro = 'application/x-quattro-pro';

/** By the length of the first record and the version in it. */
const types = new Map([
  [key(2, 0x0404), lotus], // 1-2-3 release 1 (.wks)
  [key(2, 0x0405), lotus], // Symphony (.wrk)
  [key(2, 0x0406), lotus], // 1-2-3 release 2 (.wk1)
  [key(26, 0x1000), lotus], // release 3 (.wk3)
  [key(26, 0x1002), lotus], // release 4 (.wk4)
  [key(26, 0x1003), lotus], // 97 (.123)
  [key(26, 0x1005), lotus], // Millennium (.123)
  [key(2, 0x5120), quattro], // Quattro Pro for DOS (.wq1)
  [key(2, 0x5121), quattro], // (.wq2)
  [key(2, 0x1001), quattro], // for Windows (.wb1)
  [key(2, 0x1002), quattro], // (.wb2)
]);

/**
 * The type of a worksheet of Lotus 1-2-3 or Quattro Pro: a list of records, each with its number, its length and that
 * many bytes. The first has the number 0 and tells the version.
 */
export function worksheetType({ head, size }: BinarySample): string | undefined {
  if (head.length < 10 || head.readUInt16LE(0) !== 0) return undefined;
  const length = head.readUInt16LE(2);
  const next = 4 + length;
  if (next + 4 > head.length || next + 4 + head.readUInt16LE(next + 2) > size) return undefined;
  return types.get(key(length, head.readUInt16LE(4)));
}

function key(length: number, version: number): number {
  return length * 0x1_0000 + version;
}
