import { flagsOf, nul, oddControl } from './kernel.ts';

/** Every byte can stand in a text file: no NUL, no odd control. */
export function isPrintable(bytes: Uint8Array): boolean {
  return bytes.length === 0 || (flagsOf(bytes) & (nul | oddControl)) === 0;
}

/** A control character that text files do not hold: C0 but NUL, BEL to CR and ESC; DEL. */
export function isOddControl(byte: number): boolean {
  if (byte >= 0x20) return byte === 0x7f;
  return byte !== 0 && (byte < 0x07 || byte > 0x0d) && byte !== 0x1b;
}
