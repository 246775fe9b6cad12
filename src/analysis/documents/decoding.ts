import { type Decoder, decoderFor } from '../content/charset/decoder.ts';

/**
 * Decodes text: as its byte order mark says, or else the first of `charsets` that is known. What is not text in that charset
 * becomes U+FFFD.
 */
export function decodeText(bytes: Uint8Array, ...charsets: readonly (string | null | undefined)[]): string {
  for (const charset of [markedCharset(bytes), ...charsets]) {
    const decoder = charset ? decoderOf(charset) : undefined;
    if (decoder !== undefined) return decoder.decode(bytes, { stream: false });
  }
  return windows1252.decode(bytes);
}

/** A decoder for a label of the Encoding Standard or a charset of the `text` analyser, if it is one and known. */
export function decoderOf(charset: string): Decoder | undefined {
  if (charset === 'unknown-8bit') return undefined;
  try {
    return decoderFor(charset.toLowerCase());
  } catch {
    return undefined;
  }
}

/** What the byte order mark at the beginning says. */
function markedCharset(bytes: Uint8Array): string | undefined {
  const [first, second, third, fourth] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? 'utf-32le' : 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return undefined;
}

/** Every byte is a character in it, and it is what browsers take unnamed text of the West for. */
const windows1252 = new TextDecoder('windows-1252');
