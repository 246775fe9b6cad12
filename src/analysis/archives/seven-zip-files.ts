import { FieldReader } from './field-reader.ts';
import type { ArchiveListing } from './listing.ts';
import { cutOff } from './reader.ts';
import { bitsOf, countOf, numberOf } from './seven-zip-streams.ts';

/** Ids of properties. */
const end = 0x00;
const emptyStreamId = 0x0e;
const emptyFileId = 0x0f;
const namesId = 0x11;

/** Adds the entries, of which those with content have the sizes in order. */
export function addFiles(fields: FieldReader, sizes: readonly number[], listing: ArchiveListing): void {
  const count = countOf(fields);
  let [isEmpty, isFile]: [readonly boolean[], readonly boolean[]] = [[], []];
  let names: NameList | undefined;
  for (let id = numberOf(fields); id !== end; id = numberOf(fields)) {
    const property = new FieldReader(fields.take(numberOf(fields)));
    if (id === emptyStreamId) isEmpty = bitsOf(property, count);
    else if (id === emptyFileId) isFile = bitsOf(property, isEmpty.filter(Boolean).length);
    else if (id === namesId && property.u8() === 0) names = new NameList(property);
  }
  let [withContent, empty] = [0, 0];
  for (let at = 0; at < count; at++) {
    const name = names?.next() ?? '';
    if (isEmpty[at]) listing.add({ name, size: 0, isDirectory: !isFile[empty++] });
    else listing.add({ name, size: sizes[withContent++] ?? 0 });
  }
}

/** UTF-16, each with a zero behind it. */
class NameList {
  readonly #fields: FieldReader;

  constructor(fields: FieldReader) {
    this.#fields = fields;
  }

  next(): string {
    const { bytes, position } = this.#fields;
    let at = position;
    while (at + 2 <= bytes.length && bytes.readUInt16LE(at) !== 0) at += 2;
    if (at + 2 > bytes.length) throw cutOff();
    this.#fields.position = at + 2;
    return bytes.toString('utf16le', position, at);
  }
}
