/** A decoder for XML that begins with these bytes. Source: XML 1.0, appendix F. */
export function xmlDecoder(head: Buffer): TextDecoder {
  return decoderOf(encodingOf(head)) ?? new TextDecoder();
}

function encodingOf(head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  // Without a mark: every other byte of the declaration is zero.
  if (head[0] === 0x3c && head[1] === 0) return 'utf-16le';
  if (head[0] === 0 && head[1] === 0x3c) return 'utf-16be';
  const declared = /^\s*<\?xml\s[^>]{0,200}?\sencoding\s*=\s*["']([\w.:-]{1,40})/.exec(head.toString('latin1', 0, 300));
  // A declaration that can be read as bytes is not UTF-16, whatever it says.
  return declared?.[1] === undefined || /^utf-?16/i.test(declared[1]) ? 'utf-8' : declared[1];
}

function decoderOf(encoding: string): TextDecoder | undefined {
  try {
    return new TextDecoder(encoding);
  } catch {
    return undefined;
  }
}
