const pdf = Buffer.from('%PDF-');
const archive = Buffer.from('!<arch>\n');

/** Formats whose bytes may all be text, but whose words would mean nothing. */
export function startsAsTextButIsBinary(head: Uint8Array): boolean {
  return startsWith(head, pdf) || startsWith(head, archive);
}

export function startsWith(bytes: Uint8Array, signature: Uint8Array): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}
