import type { IncomingHttpHeaders } from 'node:http';
import { FilemillError } from '#domain/errors.ts';
import { decodeFileName } from '#domain/file-name.ts';

/** The header as the client sent it; empty when it sent none. */
export function uploadMetadataOf(headers: IncomingHttpHeaders): string {
  return String(headers['upload-metadata'] ?? '');
}

/**
 * The pairs of an `Upload-Metadata` header, decoded.
 *
 * @throws FilemillError REQUEST_INVALID; NAME_INVALID for a name that is not UTF-8
 */
export function readUploadMetadata(header: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  if (header.trim() === '') return pairs;
  // "The Upload-Metadata request and response header MUST consist of one or more comma-separated key-value pairs."
  for (const pair of header.split(',')) {
    // "The key and value MUST be separated by a space. The key MUST NOT contain spaces and commas and MUST NOT be
    // empty. … The value MAY be empty. In these cases, the space … MAY be left out."
    const [key = '', value = '', ...more] = pair.trim().split(' ');
    if (key === '' || more.length > 0) throw invalid(`the pair ${JSON.stringify(pair)} is not a key and a value`);
    // "All keys MUST be unique."
    if (pairs.has(key)) throw invalid(`the key ${JSON.stringify(key)} comes twice`);
    pairs.set(key, decode(key, value));
  }
  return pairs;
}

/** Names follow one rule, wherever they stand. */
const nameKeys: readonly string[] = ['filename', 'name', 'relativePath', 'path'];

/** "The value MUST be Base64 encoded." */
function decode(key: string, base64: string): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) throw invalid(`the value of ${JSON.stringify(key)} is not Base64`);
  const bytes = Buffer.from(base64, 'base64');
  if (nameKeys.includes(key)) return decodeFileName(bytes);
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw invalid(`the value of ${JSON.stringify(key)} is not UTF-8`, cause);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function invalid(what: string, cause?: unknown): FilemillError {
  return new FilemillError('REQUEST_INVALID', `In Upload-Metadata ${what}.`, { cause });
}
