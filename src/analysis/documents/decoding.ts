/**
 * Decodes text: as its byte order mark says, or else the first of `charsets` that is known. What is not text in that charset
 * becomes U+FFFD.
 */
export function decodeText(bytes: Uint8Array, ...charsets: readonly (string | null | undefined)[]): string {
  for (const charset of [markedCharset(bytes), ...charsets]) {
    const decoder = charset ? decoderOf(charset) : undefined;
    if (decoder !== undefined) return decoder.decode(bytes);
  }
  return windows1252.decode(bytes);
}

/** A decoder for this label of the Encoding Standard, if there is one. UTF-16 and UTF-8 lose their byte order mark. */
export function decoderOf(label: string): TextDecoder | undefined {
  try {
    return new TextDecoder(label);
  } catch {
    return undefined;
  }
}

/** What the byte order mark at the beginning says. */
function markedCharset(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return undefined;
}

/** Every byte is a character in it, and it is what browsers take unnamed text of the West for. */
const windows1252 = new TextDecoder('windows-1252');
