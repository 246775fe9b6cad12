import { FilemillError } from './errors.ts';

const maxNameBytes = 255;
const maxPathBytes = 4_096;

/** C0 and C1 controls, DEL, and the bidirectional controls that can disguise a name. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are refused
const refusedCharacters = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/**
 * The name in Unicode NFC, as Filemill keeps it. Names are data and never used as paths.
 *
 * @throws FilemillError NAME_INVALID that says which rule the name breaks
 */
export function normalizeFileName(name: string): string {
  const normalized = name.normalize('NFC');
  const broken = brokenRule(normalized);
  if (broken !== undefined)
    throw new FilemillError('NAME_INVALID', `The name ${JSON.stringify(clip(name))} ${broken}.`);
  return normalized;
}

/**
 * Decodes a name. A leading byte order mark is part of it.
 *
 * @param charset a label of the Encoding Standard
 * @throws FilemillError NAME_INVALID if the charset is unknown or the bytes are malformed in it
 */
export function decodeFileName(bytes: Uint8Array, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const shown = JSON.stringify(clip(new TextDecoder().decode(bytes)));
    throw new FilemillError('NAME_INVALID', `The name ${shown} is not valid ${charset.toUpperCase()}.`, { cause });
  }
}

/**
 * A relative path, which is shown and never used: valid file names joined by `/`, or empty.
 *
 * @throws FilemillError NAME_INVALID
 */
export function normalizePath(path: string): string {
  if (path === '') return '';
  const normalized = path.split('/').map(normalizeFileName).join('/');
  if (Buffer.byteLength(normalized) > maxPathBytes) {
    throw new FilemillError(
      'NAME_INVALID',
      `The path ${JSON.stringify(clip(path))} is longer than ${maxPathBytes} bytes.`,
    );
  }
  return normalized;
}

function brokenRule(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name === '.' || name === '..') return 'means a folder';
  if (Buffer.byteLength(name) > maxNameBytes) return `is longer than ${maxNameBytes} bytes`;
  if (name.includes('/') || name.includes('\\')) return 'holds a path separator';
  if (refusedCharacters.test(name)) return 'holds a control character';
  if (!name.isWellFormed()) return 'is not valid Unicode';
  return undefined;
}

function clip(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name;
}
