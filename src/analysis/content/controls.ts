import { flagsOf, nul, oddControl } from './kernel.ts';

/** Whether text may hold all of these bytes: no NUL, and no odd control character. */
export function isPrintable(bytes: Uint8Array): boolean {
  return bytes.length === 0 || (flagsOf(bytes) & (nul | oddControl)) === 0;
}

/** Whether text files do not use this control character: DEL, and C0 without NUL, BEL to CR and ESC. */
export function isOddControl(byte: number): boolean {
  if (byte >= 0x20) return byte === 0x7f;
  return byte !== 0 && (byte < 0x07 || byte > 0x0d) && byte !== 0x1b;
}

export function countNuls(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) count += 1;
  return count;
}
