const pdf = Buffer.from('%PDF-');
const archive = Buffer.from('!<arch>\n');

/** Formats whose bytes may all be text, but whose words would mean nothing. */
export function startsAsTextButIsBinary(head: Uint8Array): boolean {
  return [pdf, archive].some((signature) => signature.equals(head.subarray(0, signature.length)));
}
