import { isOddControl } from '#analysis/content/controls.ts';
import { notText, type TextCounts } from '#analysis/content/text-counts.ts';
import { isWhiteSpace } from '#analysis/content/utf16-counter.ts';

/**
 * What docs/analysis.md says of bytes without a UTF-16 byte order mark, character by character: the twin
 * that `Utf8Counter` is compared with. `isSpace` is for showing that a wrong twin is found out.
 */
export function scalarCount(bytes: Uint8Array, isSpace = isWhiteSpace): TextCounts {
  const nuls = bytes.filter((byte) => byte === 0).length;
  const isControlled = bytes.some(isOddControl);
  if (nuls * 128 > bytes.length || (nuls > 0 && isControlled)) return notText;
  const text = decode(bytes);
  if (text !== undefined) {
    const characters = Array.from(text, (character) => character.codePointAt(0) as number);
    return { charset: bytes.every((byte) => byte < 0x80) ? 'us-ascii' : 'utf-8', ...count(characters, isSpace) };
  }
  if (nuls > 0 || isControlled) return notText;
  return { charset: 'unknown-8bit', ...count([...bytes], (byte) => byte < 0x80 && isSpace(byte)) };
}

/** Without a byte order mark; undefined when this is no UTF-8. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function count(characters: readonly number[], isSpace: (character: number) => boolean) {
  let words = 0;
  let lines = 0;
  let afterSpace = true;
  for (const character of characters) {
    const space = isSpace(character);
    if (afterSpace && !space) words += 1;
    if (character === 0x0a) lines += 1;
    afterSpace = space;
  }
  return { words, lines, characters: characters.length };
}
