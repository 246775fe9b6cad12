import type { CompoundFile } from '../../containers/cfb.ts';
import { childOf } from '../../containers/cfb-directory.ts';
import { decodeCodePage } from '../code-pages.ts';
import type { DocumentFacts } from '../reader.ts';

const maxStream = 2 ** 20;
const maxText = 1_000;

const propertyIds = { codePage: 1, title: 2, subject: 3, author: 4, created: 12, modified: 13, pages: 14 };

/** The types of values, of [MS-OLEPS] 2.15. */
const int16 = 2;
const int32 = 3;
const text8 = 30;
const text16 = 31;
const fileTime = 64;

/** The facts in the stream that every old Office document has for them. */
export async function propertiesOf(file: CompoundFile): Promise<Partial<DocumentFacts>> {
  const stream = childOf(file.root, '\u0005SummaryInformation');
  return stream === undefined ? {} : factsOf(await file.read(stream, maxStream));
}

/** Returns what can be read, even if the properties are damaged. Source: [MS-OLEPS], [MS-OSHARED] 2.3.3. */
function factsOf(bytes: Buffer): Partial<DocumentFacts> {
  const set = bytes.length < 48 ? bytes.length : bytes.readUInt32LE(44);
  const offsets = new Map<number, number>();
  const count = Math.min(u32(bytes, set + 4) ?? 0, bytes.length / 8);
  for (let at = set + 8; at < set + 8 + 8 * count; at += 8) {
    const [id, offset] = [u32(bytes, at), u32(bytes, at + 4)];
    if (id !== undefined && offset !== undefined) offsets.set(id, set + offset);
  }
  const value = (id: number) => valueAt(bytes, offsets.get(id), codePage);
  const codePage = Number(valueAt(bytes, offsets.get(propertyIds.codePage), 0) ?? 1252) & 0xffff;
  const text = (id: number) => {
    const found = value(id);
    return typeof found === 'string' ? found : '';
  };
  const pages = value(propertyIds.pages);
  return {
    title: text(propertyIds.title),
    subject: text(propertyIds.subject),
    author: text(propertyIds.author),
    created: text(propertyIds.created),
    modified: text(propertyIds.modified),
    ...(typeof pages === 'number' && pages > 0 ? { pages } : {}),
  };
}

function valueAt(bytes: Buffer, at: number | undefined, codePage: number): string | number | undefined {
  if (at === undefined || at + 8 > bytes.length) return undefined;
  const [type, value] = [bytes.readUInt32LE(at), at + 4];
  switch (type & 0xffff) {
    case int16:
      return bytes.readInt16LE(value);
    case int32:
      return bytes.readInt32LE(value);
    case text8:
      return textOf(bytes.subarray(value + 4, value + 4 + Math.min(bytes.readUInt32LE(value), 2 * maxText)), codePage);
    case text16:
      return textOf(bytes.subarray(value + 4, value + 4 + 2 * Math.min(bytes.readUInt32LE(value), maxText)), 1200);
    case fileTime:
      return value + 8 > bytes.length ? undefined : dateOfFileTime(bytes.readBigUInt64LE(value));
    default:
      return undefined;
  }
}

/** Without the NUL at its end. */
function textOf(bytes: Buffer, codePage: number): string {
  const text = decodeCodePage(bytes, codePage);
  const end = text.indexOf('\0');
  return (end < 0 ? text : text.slice(0, end)).slice(0, maxText).trim();
}

const from1601To1970 = 11_644_473_600_000n;

/** @param time in units of 100 nanoseconds since 1601; editing times and the like, which are near it, are no dates */
export function dateOfFileTime(time: bigint): string | undefined {
  const milliseconds = time / 10_000n - from1601To1970;
  const isDate = milliseconds > -from1601To1970 / 2n && milliseconds < 253_402_300_800_000n;
  return isDate ? new Date(Number(milliseconds)).toISOString().replace('.000Z', 'Z') : undefined;
}

function u32(bytes: Buffer, at: number): number | undefined {
  return at + 4 <= bytes.length ? bytes.readUInt32LE(at) : undefined;
}
