import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';

/** The text that is to be kept of a file. */
export interface KeptText {
  /** zstd (RFC 8878) of UTF-8, in base64, which messages between processes carry as it is. */
  readonly zstd: string;
  readonly characters: number;
}

/** The most UTF-16 code units of a text that are kept: some 16 MiB for most scripts. */
const maxLength = 16 * 2 ** 20;

/** Compresses a text. The end of one that is too long is dropped. */
export async function compressText(pieces: Iterable<string>): Promise<KeptText> {
  const kept: string[] = [];
  let left = maxLength;
  for (const piece of pieces) {
    if (left <= 0) break;
    kept.push(piece.slice(0, left));
    left -= piece.length;
  }
  const text = kept.join('').toWellFormed();
  const zstd = await promisify(zstdCompress)(text);
  return { zstd: zstd.toString('base64'), characters: charactersOf(text) };
}

function charactersOf(text: string): number {
  let characters = text.length;
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) === 0xdc00) characters -= 1;
  return characters;
}
