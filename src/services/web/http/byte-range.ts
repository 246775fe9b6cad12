import type { ByteRange } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';

/**
 * The bytes that a `Range` header asks for (RFC 9110, section 14.1.2); undefined when there is nothing to heed: no header,
 * another unit, a malformed one, several ranges, which a server may answer as a whole, or an empty file.
 *
 * @throws FilemillError RANGE_INVALID when the file has none of them
 */
export function requestedRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '') ?? [];
  if ((first === '' && last === '') || size === 0) return undefined;
  if (first === '') return lastBytes(Number(last), size);
  const offset = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && BigInt(last) < BigInt(first)) return undefined;
  if (offset >= size) throw unsatisfiable(size);
  return { offset, length: end - offset };
}

function lastBytes(count: number, size: number): ByteRange {
  if (count === 0) throw unsatisfiable(size);
  const length = Math.min(count, size);
  return { offset: size - length, length };
}

function unsatisfiable(size: number): FilemillError {
  return new FilemillError('RANGE_INVALID', `The file has ${size} bytes, and none of those that Range names.`);
}
