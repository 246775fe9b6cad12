/** An element of ASN.1 in its binary encoding (X.690): a tag, a length and the content. */
export interface Der {
  readonly tag: number;
  /** Where its content begins, in `bytes`. */
  readonly start: number;
  /** Where it ends; NaN if only a mark at its end tells. */
  readonly end: number;
  readonly length: number;
  readonly bytes: Buffer;
}

export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  constructedOctetString: 0x24,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The constructed tag with this number of its own context. */
export function contextTag(number: number): number {
  return 0xa0 + number;
}

/** The element at a position; undefined if there is none, or it reaches beyond `limit`. */
export function derOf(bytes: Buffer, at: number, limit: number): Der | undefined {
  const [kind, short] = [bytes[at], bytes[at + 1]];
  if (kind === undefined || short === undefined || (kind & 0x1f) === 0x1f || kind === 0) return undefined;
  if (short === 0x80)
    return (kind & 0x20) === 0 ? undefined : { tag: kind, start: at + 2, end: Number.NaN, length: Number.NaN, bytes };
  const octets = short < 0x80 ? 0 : short & 0x7f;
  const start = at + 2 + octets;
  if (octets > 4 || start > bytes.length) return undefined;
  const length = octets === 0 ? short : bytes.readUIntBE(at + 2, octets);
  const end = start + length;
  return end > limit ? undefined : { tag: kind, start, end, length, bytes };
}

const maxChildren = 64;

/** The elements within one, as far as they are in `bytes`; none if it is not constructed. */
export function derChildren(parent: Der | undefined): readonly Der[] {
  if (parent === undefined || (parent.tag & 0x20) === 0) return [];
  const limit = Number.isNaN(parent.end) ? Number.POSITIVE_INFINITY : parent.end;
  const children: Der[] = [];
  for (let at = parent.start; at < limit && children.length < maxChildren; ) {
    const child = derOf(parent.bytes, at, limit);
    if (child === undefined) break;
    children.push(child);
    at = Number.isNaN(child.end) ? endOf(child) : child.end;
  }
  return children;
}

/** Where an element of no given length ends: behind two zeros after its children. Beyond the bytes if that is not there. */
function endOf({ bytes, start }: Der, depth = 0): number {
  let at = start;
  for (let children = 0; children < 4_096 && depth < 16; children++) {
    if (bytes[at] === 0 && bytes[at + 1] === 0) return at + 2;
    const child = derOf(bytes, at, Number.POSITIVE_INFINITY);
    if (child === undefined) break;
    at = Number.isNaN(child.end) ? endOf(child, depth + 1) : child.end;
  }
  return Number.POSITIVE_INFINITY;
}

/** The dotted form of an object identifier; undefined if the element is none. */
export function objectId(element: Der | undefined): string | undefined {
  if (element?.tag !== tag.objectId || element.length > 32 || element.end > element.bytes.length) return undefined;
  const numbers: number[] = [];
  let number = 0;
  for (const byte of element.bytes.subarray(element.start, element.end)) {
    number = number * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (numbers.length === 0) numbers.push(Math.min(Math.floor(number / 40), 2));
    numbers.push(numbers.length === 1 ? number - 40 * (numbers[0] as number) : number);
    number = 0;
  }
  return numbers.length < 2 ? undefined : numbers.join('.');
}
